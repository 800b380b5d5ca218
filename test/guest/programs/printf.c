/* Every conversion of printf with flags, widths, precisions and lengths. */
#include <inttypes.h>
#include <limits.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* Formats known only at run time, so that the compiler neither checks nor folds them. */
static const char *const integer_formats[] = {"%d",   "%5d",  "%-5d|", "%05d", "%+d",  "% d",
                                              "%.3d", "%8.3d", "%u",   "%o",   "%#o",  "%x",
                                              "%#x",  "%X",   "%#10X", "%.0d", "%hhd", "%hd"};
static const int integers[] = {0, 1, -1, 42, -42, 255, 70000, INT_MAX, INT_MIN};

static const char *const double_formats[] = {
    "%f",   "%.0f", "%.1f", "%.10f", "%10.3f", "%-10.3f|", "%+.2f", "%010.2f", "%e",   "%.0e",
    "%.3E", "%g",   "%.3g", "%#g",   "%G",     "%.17g",    "%.20f", "%#.0f",   "%.40e"};
static const double doubles[] = {0.0,      -0.0,   1.0,         0.5,     1.5,     2.5,
                                 0.1,      -3.25,  9.995,       99.95,   123456,  1234567,
                                 1e-5,     0.0001, 1e21,        1e100,   1e-300,  5e-324,
                                 1.7976931348623157e308, 999998.5, 0.99999999};

int main(void) {
  for (size_t f = 0; f < sizeof integer_formats / sizeof *integer_formats; f++) {
    for (size_t i = 0; i < sizeof integers / sizeof *integers; i++) {
      printf("[");
      int count = printf(integer_formats[f], integers[i]);
      printf("] %d\n", count);
    }
  }
  for (size_t f = 0; f < sizeof double_formats / sizeof *double_formats; f++) {
    for (size_t i = 0; i < sizeof doubles / sizeof *doubles; i++) {
      printf("[");
      int count = printf(double_formats[f], doubles[i]);
      printf("] %d\n", count);
    }
  }
  volatile double zero = 0;
  double infinity = 1 / zero;
  printf("%f %F %5.1f %e %g|%-8f|%08f\n", infinity, infinity, -infinity, infinity, infinity,
         infinity, infinity);
  printf("%ld %lu %lx %lld %llu\n", LONG_MIN, ULONG_MAX, ULONG_MAX, LLONG_MIN, ULLONG_MAX);
  printf("%zu %td %jd\n", sizeof(long), (ptrdiff_t)-5, (intmax_t)INT64_MIN);
  printf("%" PRId64 " %" PRIx64 " %" PRIu32 "\n", INT64_MAX, UINT64_MAX, UINT32_MAX);
  printf("[%s] [%10s] [%-10s] [%.2s] [%*s] [%-*s] [%.*s]\n", "abc", "abc", "abc", "abc", 5, "abc",
         5, "abc", 1, "abc");
  printf("[%c] [%3c] [%-3c] %% [%p] [%p]\n", 'x', 'y', 'z', (void *)0, (void *)0xabc);
  char small[8];
  const char *volatile text_format = "%s";
  int needed = snprintf(small, sizeof small, text_format, "longer than eight");
  printf("%d %s %zu\n", needed, small, strlen(small));
  printf("%d\n", snprintf(NULL, 0, "%d-%d", 12, 345));
  return 0;
}
