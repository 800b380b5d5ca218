// What allocates a lot and uses what it allocates: hash tables and buffers that come and go, a fork.
#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PAGE = 4096, SLOTS = 1 << 17, KEYS = 60000, ROUNDS = 12 };

static char *map(size_t bytes) {
  char *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (p == MAP_FAILED) abort();
  return p;
}

static uint32_t fill_table(uint32_t seed) {
  uint64_t *table = (uint64_t *)map(SLOTS * sizeof *table);
  uint32_t found = 0;
  for (int i = 0; i < KEYS; i++) {
    seed = seed * 1664525 + 1013904223;
    uint32_t at = seed % SLOTS;
    while (table[at] != 0 && table[at] != seed) at = (at + 1) % SLOTS;
    found += table[at] == seed;
    table[at] = seed;
  }
  mprotect(table, SLOTS * sizeof *table, PROT_READ);
  for (int i = 0; i < SLOTS; i++) found += table[i] != 0;
  munmap(table, SLOTS * sizeof *table);
  return found;
}

static int compare(const void *a, const void *b) {
  uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
  return x < y ? -1 : x > y;
}

static uint32_t sort_buffers(uint32_t seed) {
  uint32_t sum = 0;
  for (int i = 0; i < 8; i++) {
    size_t count = 4000 + 1000 * (size_t)i;
    uint32_t *buffer = malloc(count * sizeof *buffer);
    for (size_t j = 0; j < count; j++) buffer[j] = seed = seed * 1664525 + 1013904223;
    qsort(buffer, count, sizeof *buffer, compare);
    sum += buffer[count / 2];
    free(buffer);
  }
  return sum;
}

int main(void) {
  uint32_t sum = 0;
  for (int round = 0; round < ROUNDS; round++) {
    sum += fill_table((uint32_t)round);
    pid_t child = fork();
    if (child == 0) _exit((int)(sort_buffers((uint32_t)round) & 1));
    sum += sort_buffers((uint32_t)round + 7);
    waitpid(child, NULL, 0);
  }
  printf("%u\n", sum);
  return 0;
}
