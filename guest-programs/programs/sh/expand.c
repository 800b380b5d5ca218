/*
 * Words become arguments: ~, $name, ${name…}, $?, $$, $!, $#, $@, $1, $(…), $((…)); then unquoted
 * results are split, unquoted patterns become paths, and quotes go away. POSIX "Word Expansions".
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "sh.h"

/* FIELDS: split and matched with the names of files. ONE: neither. PATTERN: the marks stay. */
typedef enum { FIELDS, ONE, PATTERN } Mode;

typedef struct {
  Text text;        /* of the argument so far, with LITERAL marks */
  int has_text;     /* also true for "" */
  int is_pattern;   /* an unquoted *, ? or [ */
  int behind_blank; /* a blank ended the last argument: one other separator may belong to it */
  Words *arguments;
  Mode mode;
} Expansion;

static void expand_unquoted(Expansion *expansion, const char *at, int is_inner);

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
  int is_path = expansion->is_pattern && expansion->mode == FIELDS;
  if (!is_path || add_matches(text, expansion->arguments) == 0) {
    add_word(expansion->arguments, expansion->mode == PATTERN ? text : unmarked(text));
  }
  expansion->text = (Text){0};
  expansion->has_text = expansion->is_pattern = 0;
}

static void add_literal(Expansion *expansion, char c) {
  if (strchr("*?[\\\1", c)) add_byte(&expansion->text, LITERAL);
  add_byte(&expansion->text, c);
  expansion->has_text = 1;
  expansion->behind_blank = 0;
}

static void add_unquoted(Expansion *expansion, char c) {
  if (strchr("*?[", c)) expansion->is_pattern = 1;
  add_byte(&expansion->text, c);
  expansion->has_text = 1;
  expansion->behind_blank = 0;
}

int is_separator(char c) {
  const char *separators = variable("IFS");
  return strchr(separators ? separators : " \t\n", c) != NULL;
}

/* Blanks divide; another separator ends an argument even when there is none. POSIX "Field Splitting". */
static void separate(Expansion *expansion, char c) {
  int is_blank = strchr(" \t\n", c) != NULL;
  if (!is_blank && !expansion->behind_blank) expansion->has_text = 1;
  expansion->behind_blank = is_blank && (expansion->has_text || expansion->behind_blank);
  end_argument(expansion);
}

/* The value of a variable or a command: split unless quoted. */
static void add_value(Expansion *expansion, const char *value, int is_quoted) {
  for (; *value; value++) {
    if (is_quoted || expansion->mode == ONE) add_literal(expansion, *value);
    else if (expansion->mode == FIELDS && is_separator(*value)) separate(expansion, *value);
    else add_unquoted(expansion, *value);
  }
}

/* "$@" is one argument for each; "$*" is one with all of them. */
static void add_all_arguments(Expansion *expansion, char which, int is_quoted) {
  const char *separators = variable("IFS");
  int is_one = expansion->mode != FIELDS || (which == '*' && is_quoted);
  for (int i = 1; i < argument_count; i++) {
    if (i > 1 && !is_one) end_argument(expansion);
    else if (i > 1 && (!separators || *separators)) add_literal(expansion, separators ? *separators : ' ');
    if (is_quoted) expansion->has_text = 1;
    add_value(expansion, argument_values[i], is_quoted);
  }
}

static void add_output(Expansion *expansion, const char *command, int is_quoted) {
  char *output = output_of(command);
  size_t length = strlen(output);
  while (length > 0 && output[length - 1] == '\n') output[--length] = 0;
  add_value(expansion, output, is_quoted);
}

/* $(…) and $((…)) with `at` behind the first parenthesis; returns what follows. */
static const char *add_substitution(Expansion *expansion, const char *at, int is_quoted) {
  const char *end = after_close(at, ')');
  if (!end) return at + strlen(at);
  char *inner = copy_text(at, (size_t)(end - at - 1));
  const char *inner_end = *inner == '(' ? after_close(inner + 1, ')') : NULL;
  if (!inner_end || *inner_end) {
    add_output(expansion, inner, is_quoted);
    return end;
  }
  char digits[24];
  long value = evaluate(expand_text(copy_text(inner + 1, strlen(inner) - 2)));
  snprintf(digits, sizeof digits, "%ld", value);
  add_value(expansion, digits, is_quoted);
  return end;
}

/* `…`: a backslash in it quotes $, ` and itself. */
static const char *add_backquoted(Expansion *expansion, const char *at, int is_quoted) {
  Text command = {0};
  for (; *at && *at != '`'; at++) {
    if (*at == '\\' && at[1] && strchr("$`\\", at[1])) at++;
    add_byte(&command, *at);
  }
  add_output(expansion, finished(&command), is_quoted);
  return *at ? at + 1 : at;
}

/* How long the name of a parameter is: of a variable, digits, or one sign. */
static size_t parameter_length(const char *at) {
  size_t length = name_length(at);
  if (length > 0) return length;
  while (isdigit(at[length])) length++;
  return length > 0 ? length : *at && strchr("?$#!@*", *at) ? 1 : 0;
}

static void add_parameter(Expansion *expansion, const char *name, int is_quoted) {
  if (*name == '@' || *name == '*') {
    add_all_arguments(expansion, *name, is_quoted);
    return;
  }
  const char *value = parameter(name);
  if (value) add_value(expansion, value, is_quoted);
}

/* The value without the shortest or longest beginning (#) or end (%) that the pattern matches. */
static const char *trimmed(const char *value, char sign, int is_longest, const char *pattern) {
  size_t length = strlen(value);
  for (size_t i = 0; i <= length; i++) {
    size_t cut = is_longest ? length - i : i;
    if (sign == '#' && matches(pattern, copy_text(value, cut))) return value + cut;
    if (sign == '%' && matches(pattern, value + length - cut)) return copy_text(value, length - cut);
  }
  return value;
}

static void add_inner(Expansion *expansion, const char *word, int is_quoted) {
  if (is_quoted) add_value(expansion, expand_text(word), 1);
  else expand_unquoted(expansion, word, 1);
}

/* What stands behind the name in ${name…}: -, =, ? and + with or without a colon, #, %. */
static void apply_operator(Expansion *expansion, const char *name, const char *at, int is_quoted) {
  const char *value = parameter(name);
  int has_colon = *at == ':';
  int is_set = value && !(has_colon && !*value);
  char sign = at[has_colon];
  const char *word = at + has_colon + 1;
  if (sign == '+') {
    if (is_set) add_inner(expansion, word, is_quoted);
  } else if ((sign == '#' || sign == '%') && !has_colon) {
    int is_longest = *word == sign;
    if (value) value = trimmed(value, sign, is_longest, expand_pattern(word + is_longest));
    if (value) add_value(expansion, value, is_quoted);
  } else if (sign && strchr("-=?", sign)) {
    if (is_set) {
      add_value(expansion, value, is_quoted);
    } else if (sign == '-') {
      add_inner(expansion, word, is_quoted);
    } else if (sign == '=' && name_length(name) > 0) {
      set_variable(name, expand_one(word));
      add_value(expansion, variable(name), is_quoted);
    } else {
      fprintf(stderr, "sh: %s: %s\n", name, *word ? expand_one(word) : "is not set");
      last_status = 2;
      flow = ABANDON;
    }
  } else {
    fprintf(stderr, "sh: ${%s%s}: bad substitution\n", name, at);
    last_status = 2;
    flow = ABANDON;
  }
}

/* ${…} with `at` behind the brace; returns what follows. */
static const char *expand_braced(Expansion *expansion, const char *at, int is_quoted) {
  const char *end = after_close(at, '}');
  if (!end) return at + strlen(at);
  char *inner = copy_text(at, (size_t)(end - at - 1));
  if (*inner == '#' && inner[1]) {
    const char *value = parameter(inner + 1);
    char digits[24];
    snprintf(digits, sizeof digits, "%zu", value ? strlen(value) : 0);
    add_value(expansion, digits, is_quoted);
    return end;
  }
  size_t length = parameter_length(inner);
  char *name = copy_text(inner, length);
  if (length > 0 && !inner[length]) add_parameter(expansion, name, is_quoted);
  else apply_operator(expansion, name, inner + length, is_quoted);
  return end;
}

/* What follows a $; returns what stands behind it. */
static const char *expand_dollar(Expansion *expansion, const char *at, int is_quoted) {
  if (*at == '(') return add_substitution(expansion, at + 1, is_quoted);
  if (*at == '{') return expand_braced(expansion, at + 1, is_quoted);
  size_t length = isdigit(*at) ? 1 : parameter_length(at);
  if (length == 0) return add_literal(expansion, '$'), at;
  add_parameter(expansion, copy_text(at, length), is_quoted);
  return at + length;
}

/* Up to `end`: a double quote, or 0 for a text that is expanded as if it were quoted. */
static const char *expand_quoted(Expansion *expansion, const char *at, char end) {
  while (*at && *at != end) {
    if (*at == '$') {
      at = expand_dollar(expansion, at + 1, 1);
    } else if (*at == '`') {
      at = add_backquoted(expansion, at + 1, 1);
    } else if (at[0] == '\\' && at[1] == '\n') {
      at += 2;
    } else {
      if (*at == '\\' && at[1] && (strchr("$`\\", at[1]) || at[1] == end)) at++;
      add_literal(expansion, *at++);
    }
  }
  return *at ? at + 1 : at;
}

static const char *expand_double_quoted(Expansion *expansion, const char *at) {
  int has_none = argument_count <= 1 && strncmp(at, "$@\"", 3) == 0;
  if (!has_none) expansion->has_text = 1; /* "$@" of no arguments is none */
  return expand_quoted(expansion, at, '"');
}

static const char *expand_tilde(Expansion *expansion, const char *word) {
  const char *home = variable("HOME");
  if (word[0] != '~' || (word[1] && word[1] != '/') || !home) return word;
  add_value(expansion, home, 1);
  return word + 1;
}

/* is_inner: of ${name-…}, where separators divide, too. */
static void expand_unquoted(Expansion *expansion, const char *at, int is_inner) {
  while (*at && flow != ABANDON) {
    if (*at == '\'') {
      expansion->has_text = 1;
      for (at++; *at && *at != '\''; at++) add_literal(expansion, *at);
      if (*at) at++;
    } else if (*at == '"') {
      at = expand_double_quoted(expansion, at + 1);
    } else if (*at == '$') {
      at = expand_dollar(expansion, at + 1, 0);
    } else if (*at == '`') {
      at = add_backquoted(expansion, at + 1, 0);
    } else if (*at == '\\' && at[1]) {
      if (at[1] != '\n') add_literal(expansion, at[1]);
      at += 2;
    } else if (is_inner && expansion->mode == FIELDS && is_separator(*at)) {
      separate(expansion, *at++);
    } else {
      add_unquoted(expansion, *at++);
    }
  }
}

static void expand(const char *word, Words *arguments, Mode mode) {
  Expansion expansion = {.arguments = arguments, .mode = mode};
  expand_unquoted(&expansion, expand_tilde(&expansion, word), 0);
  end_argument(&expansion);
}

static char *first_of(const Words *words) {
  return words->count ? words->items[0] : copy_text("", 0);
}

void expand_word(const char *word, Words *arguments) { expand(word, arguments, FIELDS); }

char *expand_one(const char *word) {
  Words words = {0};
  expand(word, &words, ONE);
  return first_of(&words);
}

char *expand_pattern(const char *word) {
  Words words = {0};
  expand(word, &words, PATTERN);
  return first_of(&words);
}

char *expand_text(const char *text) {
  Words words = {0};
  Expansion expansion = {.arguments = &words, .mode = ONE};
  expand_quoted(&expansion, text, 0);
  end_argument(&expansion);
  return first_of(&words);
}
