/*
 * Words become arguments: ~, $name, ${name}, $?, $$, $!, $#, $@, $1, $(…); then unquoted results
 * are split at blanks, unquoted patterns become paths, and quotes go away.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "sh.h"

/* In a pattern this stands in front of a character that was quoted. */
#define LITERAL '\1'

typedef struct {
  Text text;      /* of the argument so far, with LITERAL marks */
  int has_text;   /* also true for "" */
  int is_pattern; /* an unquoted *, ? or [ */
  Words *arguments;
  int splits;
} Expansion;

/* The argument as its user sees it. */
static char *unmarked(const char *text) {
  Text plain = {0};
  for (; *text; text++) {
    if (*text == LITERAL && text[1]) text++;
    add_byte(&plain, *text);
  }
  return finished(&plain);
}

static void end_argument(Expansion *expansion) {
  if (!expansion->has_text) return;
  char *text = finished(&expansion->text);
  int matches = expansion->is_pattern && expansion->splits ? add_matches(text, expansion->arguments) : 0;
  if (matches == 0) add_word(expansion->arguments, unmarked(text));
  expansion->text = (Text){0};
  expansion->has_text = expansion->is_pattern = 0;
}

static void add_literal(Expansion *expansion, char c) {
  if (strchr("*?[\\\1", c)) add_byte(&expansion->text, LITERAL);
  add_byte(&expansion->text, c);
  expansion->has_text = 1;
}

static void add_unquoted(Expansion *expansion, char c) {
  if (strchr("*?[", c)) expansion->is_pattern = 1;
  add_byte(&expansion->text, c);
  expansion->has_text = 1;
}

/* The value of a variable or a command: split at blanks unless quoted. */
static void add_value(Expansion *expansion, const char *value, int is_quoted) {
  for (; *value; value++) {
    if (is_quoted || !expansion->splits) add_literal(expansion, *value);
    else if (strchr(" \t\n", *value)) end_argument(expansion);
    else add_unquoted(expansion, *value);
  }
}

static void add_number(Expansion *expansion, long number, int is_quoted) {
  char digits[24];
  snprintf(digits, sizeof digits, "%ld", number);
  add_value(expansion, digits, is_quoted);
}

static void add_all_arguments(Expansion *expansion, int is_quoted) {
  for (int i = 1; i < argument_count; i++) {
    if (i > 1 && expansion->splits) end_argument(expansion);
    else if (i > 1) add_literal(expansion, ' ');
    if (is_quoted) expansion->has_text = 1;
    add_value(expansion, argument_values[i], is_quoted);
  }
}

/* $(…) with `at` behind the parenthesis; returns what follows. */
static const char *add_substitution(Expansion *expansion, const char *at, int is_quoted) {
  const char *end = at;
  for (int depth = 1; depth > 0 && *end; end++) depth += (*end == '(') - (*end == ')');
  char *output = output_of(copy_text(at, (size_t)(end - at - 1)));
  size_t length = strlen(output);
  while (length > 0 && output[length - 1] == '\n') output[--length] = 0;
  add_value(expansion, output, is_quoted);
  return end;
}

/* What follows a $; returns what stands behind it. */
static const char *expand_dollar(Expansion *expansion, const char *at, int is_quoted) {
  if (*at == '(') return add_substitution(expansion, at + 1, is_quoted);
  if (*at == '?') return add_number(expansion, last_status, is_quoted), at + 1;
  if (*at == '$') return add_number(expansion, shell_pid, is_quoted), at + 1;
  if (*at == '#') return add_number(expansion, argument_count - 1, is_quoted), at + 1;
  if (*at == '!') {
    if (last_background) add_number(expansion, last_background, is_quoted);
    return at + 1;
  }
  if (*at == '@' || *at == '*') return add_all_arguments(expansion, is_quoted), at + 1;
  if (isdigit(*at)) {
    int index = *at - '0';
    if (index < argument_count) add_value(expansion, argument_values[index], is_quoted);
    return at + 1;
  }
  int is_braced = *at == '{';
  if (is_braced) at++;
  const char *end = at;
  while (isalnum(*end) || *end == '_') end++;
  if (end == at) return add_literal(expansion, '$'), at - is_braced;
  const char *value = variable(copy_text(at, (size_t)(end - at)));
  if (value) add_value(expansion, value, is_quoted);
  return is_braced && *end == '}' ? end + 1 : end;
}

static const char *expand_double_quoted(Expansion *expansion, const char *at) {
  expansion->has_text = 1;
  while (*at && *at != '"') {
    if (*at == '$') {
      at = expand_dollar(expansion, at + 1, 1);
    } else {
      if (*at == '\\' && at[1] && strchr("$`\"\\", at[1])) at++;
      add_literal(expansion, *at++);
    }
  }
  return *at ? at + 1 : at;
}

static const char *expand_tilde(Expansion *expansion, const char *word) {
  const char *home = variable("HOME");
  if (word[0] != '~' || (word[1] && word[1] != '/') || !home) return word;
  add_value(expansion, home, 1);
  return word + 1;
}

static void expand(const char *word, Words *arguments, int splits) {
  Expansion expansion = {.arguments = arguments, .splits = splits};
  const char *at = expand_tilde(&expansion, word);
  while (*at) {
    if (*at == '\'') {
      expansion.has_text = 1;
      for (at++; *at && *at != '\''; at++) add_literal(&expansion, *at);
      if (*at) at++;
    } else if (*at == '"') {
      at = expand_double_quoted(&expansion, at + 1);
    } else if (*at == '$') {
      at = expand_dollar(&expansion, at + 1, 0);
    } else if (*at == '\\' && at[1]) {
      if (at[1] != '\n') add_literal(&expansion, at[1]);
      at += 2;
    } else {
      add_unquoted(&expansion, *at++);
    }
  }
  end_argument(&expansion);
}

void expand_word(const char *word, Words *arguments) { expand(word, arguments, 1); }

char *expand_one(const char *word) {
  Words words = {0};
  expand(word, &words, 0);
  return words.count ? words.items[0] : copy_text("", 0);
}
