/* Numbers in text. strtol(3): on overflow the nearest limit and ERANGE. */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>

static int digit_value(int c) {
  if (isdigit(c)) return c - '0';
  if (isalpha(c)) return tolower(c) - 'a' + 10;
  return 99;
}

/* Reads sign and magnitude; *negative tells the sign. ULONG_MAX and ERANGE on overflow. */
static unsigned long magnitude(const char *text, char **end, int base, int *negative,
                               int *overflow) {
  const char *at = text;
  while (isspace(*at)) at++;
  *negative = *at == '-';
  *overflow = 0;
  if (*at == '-' || *at == '+') at++;
  int has_prefix = at[0] == '0' && (at[1] == 'x' || at[1] == 'X') && digit_value(at[2]) < 16;
  if ((base == 0 || base == 16) && has_prefix) {
    at += 2;
    base = 16;
  }
  if (base == 0) base = *at == '0' ? 8 : 10;
  const char *digits = at;
  unsigned long value = 0;
  for (; digit_value(*at) < base; at++) {
    unsigned long digit = (unsigned long)digit_value(*at);
    if (value > (ULONG_MAX - digit) / (unsigned long)base) *overflow = 1;
    value = value * (unsigned long)base + digit;
  }
  if (end) *end = (char *)(at == digits ? text : at);
  return *overflow ? ULONG_MAX : value;
}

unsigned long strtoul(const char *text, char **end, int base) {
  int negative, overflow;
  unsigned long value = magnitude(text, end, base, &negative, &overflow);
  if (overflow) {
    errno = ERANGE;
    return ULONG_MAX;
  }
  return negative ? -value : value;
}

long strtol(const char *text, char **end, int base) {
  int negative, overflow;
  unsigned long value = magnitude(text, end, base, &negative, &overflow);
  unsigned long limit = (unsigned long)LONG_MAX + (negative ? 1 : 0);
  if (overflow || value > limit) {
    errno = ERANGE;
    return negative ? LONG_MIN : LONG_MAX;
  }
  return (long)(negative ? -value : value);
}

long long strtoll(const char *text, char **end, int base) { return strtol(text, end, base); }
unsigned long long strtoull(const char *text, char **end, int base) {
  return strtoul(text, end, base);
}
int atoi(const char *text) { return (int)strtol(text, NULL, 10); }
long atol(const char *text) { return strtol(text, NULL, 10); }
