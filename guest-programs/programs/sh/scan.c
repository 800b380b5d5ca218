/* Where the pieces of a command line end: shared by those who parse and those who expand. */
#include <ctype.h>
#include <string.h>
#include "sh.h"

int ends_word(char c) { return !c || strchr(" \t\n;&|<>()", c) != NULL; }

size_t name_length(const char *text) {
  if (isdigit(*text)) return 0;
  size_t length = 0;
  while (isalnum(text[length]) || text[length] == '_') length++;
  return length;
}

const char *after_close(const char *at, char close) {
  while (at && *at) {
    if (*at == close) return at + 1;
    at = *at == '(' && close == ')' ? after_close(at + 1, ')') : after_piece(at);
  }
  return NULL;
}

/* Behind the quote that ends the text; in double quotes only $, ` and \ mean something. */
static const char *after_double_quote(const char *at) {
  while (at && *at) {
    if (*at == '"') return at + 1;
    at = strchr("$`\\", *at) ? after_piece(at) : at + 1;
  }
  return NULL;
}

static const char *after_backquote(const char *at) {
  for (; *at; at++) {
    if (*at == '`') return at + 1;
    if (*at == '\\' && at[1]) at++;
  }
  return NULL;
}

const char *after_piece(const char *at) {
  const char *end;
  switch (*at) {
    case '\\':
      return at[1] ? at + 2 : NULL;
    case '\'':
      end = strchr(at + 1, '\'');
      return end ? end + 1 : NULL;
    case '"':
      return after_double_quote(at + 1);
    case '`':
      return after_backquote(at + 1);
    case '$':
      if (at[1] == '(') return after_close(at + 2, ')');
      if (at[1] == '{') return after_close(at + 2, '}');
      return at + 1;
    default:
      return at + 1;
  }
}
