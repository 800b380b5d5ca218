/* printf's formats: d i u o x X c s p f F e E g G n-less, flags, width, precision, lengths. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include "internal.h"

typedef struct {
  Sink sink;
  void *target;
  int written;
} Output;

static void put(Output *output, char c) {
  output->sink(output->target, c);
  output->written++;
}
static void repeat(Output *output, char c, int count) {
  for (; count > 0; count--) put(output, c);
}
static void put_bytes(Output *output, const char *text, int length) {
  for (int i = 0; i < length; i++) put(output, text[i]);
}

/* Prefix (sign or 0x), zeros, body, padded to the width on the side that the flags name. */
static void put_padded(Output *output, const Spec *spec, const char *prefix, int zeros,
                       const char *body, int length) {
  int prefix_length = (int)strlen(prefix);
  int padding = spec->width - prefix_length - zeros - length;
  if (padding < 0) padding = 0;
  if (!spec->left && !spec->zero) repeat(output, ' ', padding);
  put_bytes(output, prefix, prefix_length);
  if (!spec->left && spec->zero) repeat(output, '0', padding);
  repeat(output, '0', zeros);
  put_bytes(output, body, length);
  if (spec->left) repeat(output, ' ', padding);
}

static const char *sign_of(const Spec *spec, int negative) {
  return negative ? "-" : spec->plus ? "+" : spec->space ? " " : "";
}

static void put_integer(Output *output, Spec spec, uint64_t value, int negative) {
  char digits[24], *at = digits + sizeof digits;
  const char *alphabet = spec.conversion == 'X' ? "0123456789ABCDEF" : "0123456789abcdef";
  int is_signed = spec.conversion == 'd' || spec.conversion == 'i';
  unsigned base = spec.conversion == 'o' ? 8 : is_signed || spec.conversion == 'u' ? 10 : 16;
  int is_zero = value == 0;
  for (; value > 0; value /= base) *--at = alphabet[value % base];
  int length = (int)(digits + sizeof digits - at);
  int wanted = spec.precision < 0 ? 1 : spec.precision;
  if (base == 8 && spec.alternate && wanted <= length) wanted = length + 1;
  const char *prefix = is_signed ? sign_of(&spec, negative) : "";
  if (base == 16 && spec.alternate && (!is_zero || spec.conversion == 'p')) {
    prefix = spec.conversion == 'X' ? "0X" : "0x";
  }
  if (spec.precision >= 0) spec.zero = 0; /* the flag 0 is ignored beside a precision */
  put_padded(output, &spec, prefix, wanted > length ? wanted - length : 0, at, length);
}

static void put_double(Output *output, Spec spec, double value) {
  int negative = __builtin_signbit(value) != 0;
  int is_upper = spec.conversion < 'a';
  char text[DOUBLE_TEXT_SIZE];
  int length = 3;
  if (value != value) {
    memcpy(text, is_upper ? "NAN" : "nan", 3);
    spec.zero = 0;
  } else if (value - value != 0) {
    memcpy(text, is_upper ? "INF" : "inf", 3);
    spec.zero = 0;
  } else {
    length = __format_double(text, negative ? -value : value, &spec);
  }
  put_padded(output, &spec, sign_of(&spec, negative), 0, text, length);
}

static void put_string(Output *output, Spec spec, const char *text) {
  if (!text) text = "(null)";
  size_t limit = spec.precision < 0 ? (size_t)-1 : (size_t)spec.precision;
  spec.zero = 0;
  put_padded(output, &spec, "", 0, text, (int)strnlen(text, limit));
}

/* Reads digits as a number. */
static int number_at(const char **format) {
  int value = 0;
  while (**format >= '0' && **format <= '9') value = value * 10 + (*(*format)++ - '0');
  return value;
}

static void parse_flags(const char **format, Spec *spec) {
  for (;; (*format)++) {
    if (**format == '-') spec->left = 1;
    else if (**format == '+') spec->plus = 1;
    else if (**format == ' ') spec->space = 1;
    else if (**format == '#') spec->alternate = 1;
    else if (**format == '0') spec->zero = 1;
    else return;
  }
}

/* The size in bytes that the length modifiers h, hh, l, ll, z, j, t stand for. */
static int parse_length(const char **format) {
  int size = 4;
  for (;; (*format)++) {
    if (**format == 'h') size = size == 2 ? 1 : 2;
    else if (**format && strchr("lzjt", **format)) size = 8;
    else return size;
  }
}

static int64_t narrow(int64_t value, int size) {
  if (size == 1) return (int8_t)value;
  if (size == 2) return (int16_t)value;
  return size == 4 ? (int32_t)value : value;
}
static uint64_t narrow_unsigned(uint64_t value, int size) {
  return size == 8 ? value : value & ((1UL << (size * 8)) - 1);
}

int __format(Sink sink, void *target, const char *format, va_list source) {
  Output output = {sink, target, 0};
  va_list arguments;
  va_copy(arguments, source);
  while (*format) {
    if (*format != '%') {
      put(&output, *format++);
      continue;
    }
    format++;
    Spec spec = {.precision = -1};
    parse_flags(&format, &spec);
    if (*format == '*') {
      format++;
      spec.width = va_arg(arguments, int);
      if (spec.width < 0) spec.left = 1, spec.width = -spec.width;
    } else {
      spec.width = number_at(&format);
    }
    if (*format == '.') {
      format++;
      if (*format == '*') format++, spec.precision = va_arg(arguments, int);
      else spec.precision = number_at(&format);
    }
    int size = parse_length(&format);
    spec.conversion = *format;
    if (!*format) break;
    format++;
    switch (spec.conversion) {
      case 'd':
      case 'i': {
        int64_t value = narrow(va_arg(arguments, int64_t), size);
        put_integer(&output, spec, value < 0 ? -(uint64_t)value : (uint64_t)value, value < 0);
        break;
      }
      case 'u':
      case 'o':
      case 'x':
      case 'X':
        put_integer(&output, spec, narrow_unsigned(va_arg(arguments, uint64_t), size), 0);
        break;
      case 'p': {
        void *pointer = va_arg(arguments, void *);
        spec.alternate = 1;
        spec.precision = -1;
        if (pointer) put_integer(&output, spec, (uint64_t)pointer, 0);
        else put_string(&output, spec, "(nil)");
        break;
      }
      case 'f':
      case 'F':
      case 'e':
      case 'E':
      case 'g':
      case 'G':
        put_double(&output, spec, va_arg(arguments, double));
        break;
      case 'c': {
        char c = (char)va_arg(arguments, int);
        spec.zero = 0;
        put_padded(&output, &spec, "", 0, &c, 1);
        break;
      }
      case 's':
        put_string(&output, spec, va_arg(arguments, const char *));
        break;
      case '%':
        put(&output, '%');
        break;
      default: /* unknown: shown as written, as glibc does */
        put(&output, '%');
        put(&output, spec.conversion);
    }
  }
  va_end(arguments);
  return output.written;
}
