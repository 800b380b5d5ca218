// Arithmetic in a small working set: after the first pages there is nothing for a verifier to look at.
#include <stdint.h>
#include <stdio.h>

enum { SIZE = 96, ROUNDS = 40 };
static uint32_t a[SIZE][SIZE], b[SIZE][SIZE], c[SIZE][SIZE];

int main(void) {
  uint32_t seed = 1;
  for (int i = 0; i < SIZE; i++)
    for (int j = 0; j < SIZE; j++) a[i][j] = seed = seed * 1664525 + 1013904223, b[i][j] = seed >> 7;
  for (int round = 0; round < ROUNDS; round++) {
    for (int i = 0; i < SIZE; i++)
      for (int j = 0; j < SIZE; j++) {
        uint32_t sum = 0;
        for (int k = 0; k < SIZE; k++) sum += a[i][k] * b[k][j];
        c[i][j] = sum;
      }
    a[round][round] ^= c[SIZE - 1][round];
  }
  printf("%u\n", c[1][2]);
  return 0;
}
