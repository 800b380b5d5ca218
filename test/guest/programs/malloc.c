/* Thousands of random malloc, realloc, calloc and free calls; every block keeps its contents. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SLOTS 200

static uint32_t state = 12345;
static uint32_t next(uint32_t limit) {
  state = state * 1664525 + 1013904223;
  return (state >> 8) % limit;
}

static unsigned char *blocks[SLOTS];
static size_t sizes[SLOTS];

static void fill(int slot) { memset(blocks[slot], slot + 1, sizes[slot]); }
static int is_intact(int slot, size_t size) {
  for (size_t i = 0; i < size; i++) {
    if (blocks[slot][i] != (unsigned char)(slot + 1)) return 0;
  }
  return 1;
}

int main(void) {
  unsigned long sum = 0;
  int damaged = 0, misaligned = 0;
  for (int round = 0; round < 20000; round++) {
    int slot = (int)next(SLOTS);
    size_t size = next(100) == 0 ? 100000 + next(200000) : 1 + next(600);
    if (!blocks[slot]) {
      blocks[slot] = next(2) ? malloc(size) : calloc(1, size);
      sizes[slot] = size;
    } else if (next(3) == 0) {
      size_t kept = size < sizes[slot] ? size : sizes[slot];
      blocks[slot] = realloc(blocks[slot], size);
      if (!is_intact(slot, kept)) damaged++;
      sizes[slot] = size;
    } else {
      if (!is_intact(slot, sizes[slot])) damaged++;
      sum += sizes[slot];
      free(blocks[slot]);
      blocks[slot] = NULL;
      continue;
    }
    if ((uintptr_t)blocks[slot] % 16) misaligned++;
    fill(slot);
  }
  printf("freed %lu bytes, %d damaged, %d misaligned\n", sum, damaged, misaligned);
  unsigned char *zeroed = calloc(1000, 1000);
  unsigned long nonzero = 0;
  for (size_t i = 0; i < 1000000; i++) nonzero += zeroed[i] != 0;
  printf("calloc: %lu bytes not zero\n", nonzero);
  free(zeroed);
  volatile size_t huge = SIZE_MAX / 2;
  printf("huge: %s\n", malloc(huge) ? "allocated" : "refused");
  printf("overflow: %s\n", calloc(huge, 4) ? "allocated" : "refused");
  return 0;
}
