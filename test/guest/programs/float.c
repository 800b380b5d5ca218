/* Floating-point arithmetic, conversions and comparisons, printed exactly. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static volatile double doubles[] = {0.0, -0.0, 1.0, -1.5, 3.0, 0.1, 1e16, 1e-320, 1e308, 123.456};
static volatile float floats[] = {0.0f, 1.0f, -2.5f, 0.1f, 16777217.0f, 3e38f, 1e-44f};

static uint64_t bits_of(double value) {
  uint64_t bits;
  memcpy(&bits, &value, sizeof bits);
  /* The sign and payload of a NaN are the architecture's own. */
  return value != value ? 0x7ff8000000000000 : bits;
}

static double square_root(double value) {
  double guess = value > 1 ? value : 1;
  for (int i = 0; i < 60; i++) guess = (guess + value / guess) / 2;
  return guess;
}

int main(void) {
  int count = sizeof doubles / sizeof *doubles;
  for (int i = 0; i < count; i++) {
    for (int j = 0; j < count; j++) {
      double a = doubles[i], b = doubles[j];
      printf("%d %d %lx %lx %lx %lx %d%d%d\n", i, j, (unsigned long)bits_of(a + b),
             (unsigned long)bits_of(a - b), (unsigned long)bits_of(a * b),
             (unsigned long)bits_of(a / b), a < b, a <= b, a == b);
    }
  }
  for (int i = 0; i < (int)(sizeof floats / sizeof *floats); i++) {
    for (int j = 0; j < (int)(sizeof floats / sizeof *floats); j++) {
      float a = floats[i], b = floats[j];
      printf("%.9g %.9g %.9g\n", (double)(a + b), (double)(a * b), (double)(a - b));
    }
  }
  volatile long integers[] = {0, 1, -1, 1L << 53, (1L << 53) + 1, -(1L << 62), 1234567890123456789};
  for (int i = 0; i < 7; i++) {
    printf("%.17g %.9g %.17g\n", (double)integers[i], (double)(float)integers[i],
           (double)(unsigned long)integers[i]);
  }
  volatile double fractions[] = {0.5, 1.5, -0.5, -1.99, 2147483647.9, -1e9};
  for (int i = 0; i < 6; i++) printf("%ld %d\n", (long)fractions[i], (int)(fractions[i] / 2));
  printf("%.15f %.12f\n", square_root(2), square_root(1e10));
  double sum = 0;
  for (int i = 1; i <= 100000; i++) sum += 1.0 / i / i;
  printf("%.17g\n", sum);
  return 0;
}
