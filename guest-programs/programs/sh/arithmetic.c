/*
 * $(( expression )): the integers of C, with variables by name and assignment to them. POSIX
 * "Arithmetic Expansion". Numbers wrap around at 64 bits.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "sh.h"

typedef struct {
  const char *at;
  const char *complaint;
  int is_skipped; /* the side of && || ?: that is not taken: nothing in it has an effect */
} Sum;

static long assignment(Sum *sum);

static long complain(Sum *sum, const char *what) {
  if (!sum->complaint) sum->complaint = what;
  return 0;
}

static void skip_space(Sum *sum) { sum->at += strspn(sum->at, " \t\n"); }

static int accept_sign(Sum *sum, const char *sign) {
  skip_space(sum);
  if (strncmp(sum->at, sign, strlen(sign)) != 0) return 0;
  sum->at += strlen(sign);
  return 1;
}

static long value_of(Sum *sum, const char *name) {
  const char *value = variable(name);
  if (!value || !*value) return 0;
  char *end;
  long number = strtol(value, &end, 0);
  if (*end) complain(sum, "a variable that is no number");
  return number;
}

static long operand(Sum *sum) {
  skip_space(sum);
  if (accept_sign(sum, "(")) {
    long value = assignment(sum);
    if (!accept_sign(sum, ")")) complain(sum, "a ) is missing");
    return value;
  }
  size_t length = name_length(sum->at);
  if (length > 0) {
    char *name = copy_text(sum->at, length);
    sum->at += length;
    return value_of(sum, name);
  }
  if (!isdigit(*sum->at)) return complain(sum, "a number is missing");
  char *end;
  long value = strtol(sum->at, &end, 0);
  sum->at = end;
  if (isalnum(*end)) complain(sum, "no number");
  return value;
}

static long unary(Sum *sum) {
  if (accept_sign(sum, "-")) return (long)(0 - (unsigned long)unary(sum));
  if (accept_sign(sum, "+")) return unary(sum);
  if (accept_sign(sum, "~")) return ~unary(sum);
  skip_space(sum);
  if (sum->at[0] == '!' && sum->at[1] != '=') {
    sum->at++;
    return !unary(sum);
  }
  return operand(sum);
}

/* Longer signs stand before those that they begin with. */
static const struct {
  const char *sign;
  int strength;
} operators[] = {
    {"<<", 8}, {">>", 8}, {"<=", 7}, {">=", 7}, {"==", 6}, {"!=", 6}, {"&&", 2}, {"||", 1},
    {"*", 10}, {"/", 10}, {"%", 10}, {"+", 9},  {"-", 9},  {"<", 7},  {">", 7},  {"&", 5},
    {"^", 4},  {"|", 3},
};
#define COUNT ((int)(sizeof operators / sizeof *operators))

static long divide(Sum *sum, char sign, long left, long right) {
  if (sum->is_skipped) return 0;
  if (right == 0) return complain(sum, "division by zero");
  if (right == -1) return sign == '/' ? (long)(0 - (unsigned long)left) : 0;
  return sign == '/' ? left / right : left % right;
}

static long apply(Sum *sum, const char *sign, long left, long right) {
  unsigned long a = (unsigned long)left, b = (unsigned long)right;
  switch (sign[0]) {
    case '*':
      return (long)(a * b);
    case '/':
    case '%':
      return divide(sum, sign[0], left, right);
    case '+':
      return (long)(a + b);
    case '-':
      return (long)(a - b);
    case '<':
      return sign[1] == '<' ? (long)(a << (b & 63)) : sign[1] ? left <= right : left < right;
    case '>':
      return sign[1] == '>' ? left >> (b & 63) : sign[1] ? left >= right : left > right;
    case '=':
      return left == right;
    case '!':
      return left != right;
    case '&':
      return sign[1] ? left && right : (long)(a & b);
    case '|':
      return sign[1] ? left || right : (long)(a | b);
    default:
      return (long)(a ^ b);
  }
}

/* Operators of at least this strength, from the left. */
static long binary(Sum *sum, int least) {
  long left = unary(sum);
  for (;;) {
    skip_space(sum);
    int i = 0;
    while (i < COUNT && strncmp(sum->at, operators[i].sign, strlen(operators[i].sign)) != 0) i++;
    if (i == COUNT || operators[i].strength < least) return left;
    const char *sign = operators[i].sign;
    sum->at += strlen(sign);
    int is_decided = (sign[0] == '&' && sign[1] && !left) || (sign[0] == '|' && sign[1] && left);
    sum->is_skipped += is_decided;
    long right = binary(sum, operators[i].strength + 1);
    sum->is_skipped -= is_decided;
    left = apply(sum, sign, left, right);
  }
}

static long conditional(Sum *sum) {
  long condition = binary(sum, 1);
  if (!accept_sign(sum, "?")) return condition;
  sum->is_skipped += !condition;
  long yes = assignment(sum);
  sum->is_skipped += condition ? 1 : -1;
  if (!accept_sign(sum, ":")) complain(sum, "a : is missing");
  long no = conditional(sum);
  sum->is_skipped -= condition ? 1 : 0;
  return condition ? yes : no;
}

/* name = value, name += value and so on; everything else is a conditional. */
static long assignment(Sum *sum) {
  static const char *const signs[] = {"<<=", ">>=", "*=", "/=", "%=", "+=",
                                      "-=",  "&=",  "^=", "|=", "="};
  skip_space(sum);
  const char *start = sum->at;
  size_t length = name_length(start);
  sum->at += length;
  for (size_t i = 0; length > 0 && i < sizeof signs / sizeof *signs; i++) {
    skip_space(sum);
    if (strncmp(sum->at, signs[i], strlen(signs[i])) != 0 || strncmp(sum->at, "==", 2) == 0) continue;
    sum->at += strlen(signs[i]);
    char *name = copy_text(start, length);
    long value = assignment(sum);
    char *sign = copy_text(signs[i], strlen(signs[i]) - 1);
    if (*sign) value = apply(sum, sign, value_of(sum, name), value);
    char digits[24];
    snprintf(digits, sizeof digits, "%ld", value);
    if (!sum->is_skipped && !sum->complaint) set_variable(name, digits);
    return value;
  }
  sum->at = start;
  return conditional(sum);
}

long evaluate(const char *expression) {
  Sum sum = {.at = expression};
  skip_space(&sum);
  long value = *sum.at ? assignment(&sum) : 0;
  skip_space(&sum);
  if (*sum.at) complain(&sum, "something follows that is no operator");
  if (!sum.complaint) return value;
  fprintf(stderr, "sh: $((%s)): %s\n", expression, sum.complaint);
  last_status = 2;
  flow = ABANDON;
  return 0;
}
