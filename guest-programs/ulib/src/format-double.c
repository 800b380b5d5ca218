/*
 * Decimal digits of a double, exactly: the binary value as a big number in base 10^9, a group of
 * integer digits in front of and a group of fraction digits behind the point.
 */
#include <stdint.h>
#include <string.h>
#include "internal.h"

#define BASE 1000000000U
#define INTEGER_GROUPS 36  /* 2^1024 has 309 digits: 35 groups */
#define FRACTION_GROUPS 120 /* 2^-1074 has 1074 digits: 120 groups */
#define DIGITS ((INTEGER_GROUPS + FRACTION_GROUPS) * 9)

/* value = sum of integer[i] * BASE^i + fraction[i] * BASE^-(i + 1) */
typedef struct {
  uint32_t integer[INTEGER_GROUPS];
  uint32_t fraction[FRACTION_GROUPS];
} Decimal;

static void double_it(Decimal *decimal) {
  uint32_t carry = 0;
  for (int i = 0; i < INTEGER_GROUPS; i++) {
    uint32_t value = decimal->integer[i] * 2 + carry;
    carry = value >= BASE;
    decimal->integer[i] = carry ? value - BASE : value;
  }
}

static void halve_it(Decimal *decimal) {
  uint32_t rest = 0;
  for (int i = INTEGER_GROUPS - 1; i >= 0; i--) {
    uint64_t value = decimal->integer[i] + (uint64_t)rest * BASE;
    decimal->integer[i] = (uint32_t)(value / 2);
    rest = value & 1;
  }
  for (int i = 0; i < FRACTION_GROUPS; i++) {
    uint64_t value = decimal->fraction[i] + (uint64_t)rest * BASE;
    decimal->fraction[i] = (uint32_t)(value / 2);
    rest = value & 1;
  }
}

/* Every digit of the value as characters; returns the number in front of the point. */
static int digits_of(double value, char digits[DIGITS]) {
  uint64_t bits;
  memcpy(&bits, &value, sizeof bits);
  int exponent = (int)(bits >> 52 & 0x7ff);
  uint64_t mantissa = bits & ((1UL << 52) - 1);
  if (exponent > 0) mantissa |= 1UL << 52;
  else exponent = 1;
  Decimal decimal;
  memset(&decimal, 0, sizeof decimal);
  decimal.integer[0] = (uint32_t)(mantissa % BASE);
  decimal.integer[1] = (uint32_t)(mantissa / BASE);
  for (int shift = exponent - 1075; shift > 0; shift--) double_it(&decimal);
  for (int shift = exponent - 1075; shift < 0; shift++) halve_it(&decimal);
  for (int group = 0; group < INTEGER_GROUPS + FRACTION_GROUPS; group++) {
    uint32_t nine = group < INTEGER_GROUPS ? decimal.integer[INTEGER_GROUPS - 1 - group]
                                           : decimal.fraction[group - INTEGER_GROUPS];
    for (int i = 8; i >= 0; i--, nine /= 10) digits[group * 9 + i] = (char)('0' + nine % 10);
  }
  return INTEGER_GROUPS * 9;
}

/* Rounds to the digits in front of `end`, half to even. A carry never leaves digits[0]. */
static void round_at(char digits[DIGITS], int end) {
  if (end >= DIGITS) return;
  int up = digits[end] > '5';
  if (digits[end] == '5') {
    for (int i = end + 1; i < DIGITS && !up; i++) up = digits[i] != '0';
    if (!up && end > 0) up = (digits[end - 1] - '0') & 1;
  }
  memset(digits + end, '0', (size_t)(DIGITS - end));
  for (int i = end - 1; up && i >= 0; i--) {
    up = digits[i] == '9';
    digits[i] = up ? '0' : (char)(digits[i] + 1);
  }
}

static char digit_at(const char digits[DIGITS], int index) {
  return index < DIGITS ? digits[index] : '0';
}

static int first_digit(const char digits[DIGITS]) {
  int first = 0;
  while (first < DIGITS - 1 && digits[first] == '0') first++;
  return first;
}

/* ddd.ddd with `precision` digits behind the point. */
static int put_fixed(char *text, const char *digits, int point, int precision, int keep_point) {
  int length = 0;
  int at = first_digit(digits);
  if (at > point - 1) at = point - 1;
  for (; at < point; at++) text[length++] = digits[at];
  if (precision > 0 || keep_point) text[length++] = '.';
  for (int i = 0; i < precision; i++) text[length++] = digit_at(digits, point + i);
  return length;
}

/* d.ddde±dd */
static int put_scientific(char *text, const char *digits, int first, int exponent, int precision,
                          int keep_point, char letter) {
  int length = 0;
  text[length++] = digits[first];
  if (precision > 0 || keep_point) text[length++] = '.';
  for (int i = 1; i <= precision; i++) text[length++] = digit_at(digits, first + i);
  text[length++] = letter;
  text[length++] = exponent < 0 ? '-' : '+';
  if (exponent < 0) exponent = -exponent;
  if (exponent >= 100) text[length++] = (char)('0' + exponent / 100);
  text[length++] = (char)('0' + exponent / 10 % 10);
  text[length++] = (char)('0' + exponent % 10);
  return length;
}

/* %g drops the zeros at the end of the fraction, and the point with them. */
static int drop_zeros(char *text, int length) {
  int end = 0;
  while (end < length && text[end] != 'e' && text[end] != 'E') end++;
  int kept = end;
  if (memchr(text, '.', (size_t)end)) {
    while (text[kept - 1] == '0') kept--;
    if (text[kept - 1] == '.') kept--;
  }
  memmove(text + kept, text + end, (size_t)(length - end));
  return length - (end - kept);
}

int __format_double(char *text, double value, const Spec *spec) {
  static char digits[DIGITS];
  char kind = (char)(spec->conversion | 32);
  char letter = spec->conversion < 'a' ? 'E' : 'e';
  int precision = spec->precision < 0 ? 6 : spec->precision;
  if (precision > DOUBLE_PRECISION_MAX) precision = DOUBLE_PRECISION_MAX;
  int point = digits_of(value, digits);
  if (kind == 'f') {
    round_at(digits, point + precision);
    return put_fixed(text, digits, point, precision, spec->alternate);
  }
  if (kind == 'g' && precision == 0) precision = 1;
  int first = first_digit(digits);
  round_at(digits, first + (kind == 'g' ? precision : precision + 1));
  if (value != 0) first = first_digit(digits); /* rounding may have carried */
  int exponent = value == 0 ? 0 : point - 1 - first;
  if (value == 0) first = point - 1;
  if (kind == 'e') {
    return put_scientific(text, digits, first, exponent, precision, spec->alternate, letter);
  }
  int length = exponent < -4 || exponent >= precision
                   ? put_scientific(text, digits, first, exponent, precision - 1, spec->alternate,
                                    letter)
                   : put_fixed(text, digits, point, precision - 1 - exponent, spec->alternate);
  return spec->alternate ? length : drop_zeros(text, length);
}
