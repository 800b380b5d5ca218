/*
 * test EXPRESSION and [ EXPRESSION ]. How many words there are decides what they mean, so that
 * `[ "$x" = "$y" ]` holds whatever x and y are. POSIX "test".
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "sh.h"

typedef struct {
  char **at, **end;
  int is_wrong;
} Expression;

static int wrong(Expression *expression, const char *word, const char *why) {
  if (!expression->is_wrong) fprintf(stderr, "sh: test: %s: %s\n", word, why);
  expression->is_wrong = 1;
  return 0;
}

static int is_one_of(const char *word, const char *const *list) {
  for (; *list; list++) {
    if (strcmp(word, *list) == 0) return 1;
  }
  return 0;
}

static int is_unary(const char *word) {
  return word[0] == '-' && word[1] && !word[2] && strchr("bcdefghknLprsStuwxz", word[1]) != NULL;
}

static int is_binary(const char *word) {
  static const char *const operators[] = {"=",   "==",  "!=",  "<",   ">",   "-eq", "-ne", "-lt",
                                          "-le", "-gt", "-ge", "-nt", "-ot", "-ef", NULL};
  return is_one_of(word, operators);
}

static int about_file(char what, const char *path) {
  struct stat status;
  if (what == 'r' || what == 'w' || what == 'x') {
    return access(path, what == 'r' ? R_OK : what == 'w' ? W_OK : X_OK) == 0;
  }
  int is_link = what == 'L' || what == 'h';
  if ((is_link ? lstat(path, &status) : stat(path, &status)) < 0) return 0;
  mode_t kind = status.st_mode & S_IFMT;
  switch (what) {
    case 'f':
      return kind == S_IFREG;
    case 'd':
      return kind == S_IFDIR;
    case 'c':
      return kind == S_IFCHR;
    case 'b':
      return kind == S_IFBLK;
    case 'p':
      return kind == S_IFIFO;
    case 'S':
      return kind == S_IFSOCK;
    case 's':
      return status.st_size > 0;
    case 'u':
      return (status.st_mode & S_ISUID) != 0;
    case 'g':
      return (status.st_mode & S_ISGID) != 0;
    case 'k':
      return (status.st_mode & S_ISVTX) != 0;
    default:
      return is_link ? kind == S_IFLNK : 1;
  }
}

static long number(Expression *expression, const char *word) {
  char *end;
  long value = strtol(word, &end, 10);
  end += strspn(end, " \t\n");
  if (*end || end == word) wrong(expression, word, "is no number");
  return value;
}

static int unary(Expression *expression, const char *operator, const char *word) {
  if (operator[1] == 'n') return *word != 0;
  if (operator[1] == 'z') return *word == 0;
  if (operator[1] == 't') return isatty((int)number(expression, word));
  return about_file(operator[1], word);
}

/* Which of two files changed last: below 0 the right one; one that is missing is older. */
static int compare_ages(const char *left, const char *right) {
  struct stat a, b;
  int has_left = stat(left, &a) == 0, has_right = stat(right, &b) == 0;
  if (!has_left || !has_right) return has_left - has_right;
  if (a.st_mtim.tv_sec != b.st_mtim.tv_sec) return a.st_mtim.tv_sec < b.st_mtim.tv_sec ? -1 : 1;
  return (a.st_mtim.tv_nsec > b.st_mtim.tv_nsec) - (a.st_mtim.tv_nsec < b.st_mtim.tv_nsec);
}

static int are_same_file(const char *left, const char *right) {
  struct stat a, b;
  if (stat(left, &a) < 0 || stat(right, &b) < 0) return 0;
  return a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

static int binary(Expression *expression, const char *left, const char *operator,
                  const char *right) {
  if (operator[0] != '-') {
    int order = strcmp(left, right);
    if (operator[0] == '=') return order == 0;
    return operator[0] == '!' ? order != 0 : operator[0] == '<' ? order < 0 : order > 0;
  }
  if (strcmp(operator, "-ef") == 0) return are_same_file(left, right);
  if (strcmp(operator, "-nt") == 0) return compare_ages(left, right) > 0;
  if (strcmp(operator, "-ot") == 0) return compare_ages(left, right) < 0;
  long a = number(expression, left), b = number(expression, right);
  if (operator[1] == 'e') return a == b;
  if (operator[1] == 'n') return a != b;
  if (operator[1] == 'l') return operator[2] == 't' ? a < b : a <= b;
  return operator[2] == 't' ? a > b : a >= b;
}

static int any(Expression *expression);

/* primary = '!' primary | '(' any ')' | word binary word | unary word | word */
static int primary(Expression *expression) {
  char **at = expression->at;
  long left = expression->end - at;
  if (left == 0) return wrong(expression, "end", "a word is missing");
  if (left >= 3 && is_binary(at[1])) {
    expression->at += 3;
    return binary(expression, at[0], at[1], at[2]);
  }
  if (left >= 2 && strcmp(at[0], "!") == 0) {
    expression->at++;
    return !primary(expression);
  }
  if (left >= 3 && strcmp(at[0], "(") == 0) {
    expression->at++;
    int value = any(expression);
    if (expression->at == expression->end || strcmp(*expression->at, ")") != 0) {
      return wrong(expression, "(", "has no )");
    }
    expression->at++;
    return value;
  }
  if (left >= 2 && is_unary(at[0])) {
    expression->at += 2;
    return unary(expression, at[0], at[1]);
  }
  expression->at++;
  return *at[0] != 0;
}

static int accepts(Expression *expression, const char *operator) {
  if (expression->at == expression->end || strcmp(*expression->at, operator) != 0) return 0;
  expression->at++;
  return 1;
}

static int all(Expression *expression) {
  int value = primary(expression);
  while (accepts(expression, "-a")) value &= primary(expression);
  return value;
}

static int any(Expression *expression) {
  int value = all(expression);
  while (accepts(expression, "-o")) value |= all(expression);
  return value;
}

int test_builtin(char **arguments) {
  Expression expression = {.at = arguments + 1, .end = arguments + 1};
  while (*expression.end) expression.end++;
  if (strcmp(arguments[0], "[") == 0) {
    if (expression.end == expression.at || strcmp(expression.end[-1], "]") != 0) {
      fprintf(stderr, "sh: [: ] is missing\n");
      return 2;
    }
    expression.end--;
  }
  if (expression.at == expression.end) return 1;
  int value = any(&expression);
  if (expression.at < expression.end) wrong(&expression, *expression.at, "unexpected");
  return expression.is_wrong ? 2 : !value;
}
