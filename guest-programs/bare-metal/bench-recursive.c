/* Benchmark: calls and returns. */
#include "lib/bench.h"

static uint64_t __attribute__((noinline)) fibonacci(uint64_t n) {
  return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2);
}

static uint64_t kernel(void) { return fibonacci(35); }
