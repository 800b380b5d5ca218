/* Benchmark: integers and arrays: a sieve, a CRC, a matrix product. */
#include "lib/bench.h"

#define SIEVE 1000000
#define ORDER 96

static uint8_t composite[SIEVE];
static uint32_t table[256];
static uint64_t left[ORDER][ORDER], right[ORDER][ORDER], product[ORDER][ORDER];

static uint64_t sieve(void) {
  uint64_t count = 0;
  for (uint32_t i = 0; i < SIEVE; i++) composite[i] = 0;
  for (uint32_t i = 2; i < SIEVE; i++) {
    if (composite[i]) continue;
    count++;
    for (uint32_t j = 2 * i; j < SIEVE; j += i) composite[j] = 1;
  }
  return count;
}

static uint64_t crc(void) {
  for (uint32_t i = 0; i < 256; i++) {
    uint32_t value = i;
    for (int bit = 0; bit < 8; bit++) value = value & 1 ? value >> 1 ^ 0xedb88320 : value >> 1;
    table[i] = value;
  }
  uint32_t sum = 0xffffffff;
  for (uint32_t i = 0; i < SIEVE; i++) sum = sum >> 8 ^ table[(sum ^ composite[i]) & 255];
  return sum;
}

static uint64_t multiply(void) {
  for (uint64_t i = 0; i < ORDER; i++) {
    for (uint64_t j = 0; j < ORDER; j++) left[i][j] = i * 3 + j, right[i][j] = i ^ j;
  }
  uint64_t sum = 0;
  for (int i = 0; i < ORDER; i++) {
    for (int j = 0; j < ORDER; j++) {
      uint64_t cell = 0;
      for (int k = 0; k < ORDER; k++) cell += left[i][k] * right[k][j];
      product[i][j] = cell;
      sum = sum * 31 + cell;
    }
  }
  return sum;
}

static uint64_t kernel(void) {
  uint64_t sum = 0;
  for (int round = 0; round < 12; round++) sum = sum * 7 + sieve() + crc() + multiply();
  return sum;
}
