/*
 * A command line becomes a tree. POSIX "Shell Grammar", without compound commands other than the
 * subshell:
 *   list     = and_or { (';' | '&' | newline) and_or }
 *   and_or   = pipeline { ('&&' | '||') pipeline }
 *   pipeline = ['!'] command { '|' command }
 *   command  = ( '(' list ')' | word ) { word | redirection }
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "sh.h"

/* Where the parser stands; the first failure is kept, and everything after it returns NULL. */
typedef struct {
  const char *at;
  ParseResult result;
} Parser;

static List *parse_list(Parser *parser, int is_subshell);

static void *fail(Parser *parser, ParseResult result, const char *what) {
  if (parser->result == PARSED && result == WRONG) fprintf(stderr, "sh: unexpected %s\n", what);
  if (parser->result == PARSED) parser->result = result;
  return NULL;
}

/* Skips blanks, comments, and newlines after a backslash. */
static void skip_blanks(Parser *parser) {
  for (;;) {
    if (*parser->at == ' ' || *parser->at == '\t') parser->at++;
    else if (parser->at[0] == '\\' && parser->at[1] == '\n') {
      parser->at += 2;
      if (!*parser->at) fail(parser, INCOMPLETE, "end");
    } else {
      break;
    }
  }
  if (*parser->at == '#') parser->at += strcspn(parser->at, "\n");
}

static int accept(Parser *parser, const char *operator) {
  skip_blanks(parser);
  size_t length = strlen(operator);
  if (strncmp(parser->at, operator, length) != 0) return 0;
  /* A | is not the start of a ||, nor & of &&. */
  if (length == 1 && strchr("|&", *operator) && parser->at[1] == *operator) return 0;
  parser->at += length;
  return 1;
}

static int ends_word(char c) { return !c || strchr(" \t\n;&|<>()", c) != NULL; }

/* Behind the end of $(…), given its start behind the parenthesis; NULL when it is open. */
static const char *after_substitution(const char *at) {
  for (int depth = 1; *at; at++) {
    if (*at == '(') depth++;
    if (*at == ')' && --depth == 0) return at + 1;
    if (*at == '\'') {
      at = strchr(at + 1, '\'');
      if (!at) return NULL;
    } else if (*at == '\\' && at[1]) {
      at++;
    }
  }
  return NULL;
}

/* A word with its quotes; NULL and a result when a quote stays open. */
static char *parse_word(Parser *parser) {
  const char *start = parser->at, *at = start;
  char quote = 0;
  while (*at && (quote || !ends_word(*at))) {
    if (*at == '\\' && quote != '\'') {
      if (!at[1] || (at[1] == '\n' && !at[2])) return fail(parser, INCOMPLETE, "end");
      at += 2;
    } else if (at[0] == '$' && at[1] == '(' && quote != '\'') {
      at = after_substitution(at + 2);
      if (!at) return fail(parser, INCOMPLETE, "end");
    } else {
      if (quote == *at) quote = 0;
      else if (!quote && (*at == '\'' || *at == '"')) quote = *at;
      at++;
    }
  }
  if (quote) return fail(parser, INCOMPLETE, "end");
  parser->at = at;
  return copy_text(start, (size_t)(at - start));
}

/* A redirection, if one stands here: [n]<, [n]>, [n]>>, [n]>&, [n]<&. */
static int parse_redirect(Parser *parser, Redirect **link) {
  skip_blanks(parser);
  const char *at = parser->at;
  while (isdigit(*at)) at++;
  if (*at != '<' && *at != '>') return 0;
  Redirect *redirect = allocate(sizeof *redirect);
  redirect->fd = at > parser->at ? atoi(parser->at) : *at == '<' ? 0 : 1;
  redirect->kind = *at == '<' ? READ : WRITE;
  if (at[0] == '>' && at[1] == '>') redirect->kind = APPEND, at++;
  else if (at[1] == '&') redirect->kind = DUPLICATE, at++;
  parser->at = at + 1;
  skip_blanks(parser);
  if (ends_word(*parser->at)) {
    fail(parser, WRONG, *parser->at ? "operator after a redirection" : "end after a redirection");
    return 0;
  }
  redirect->target = parse_word(parser);
  *link = redirect;
  return redirect->target != NULL;
}

static Command *parse_command(Parser *parser) {
  Command *command = allocate(sizeof *command);
  Redirect **link = &command->redirects;
  if (accept(parser, "(")) {
    command->subshell = parse_list(parser, 1);
    if (parser->result != PARSED) return NULL;
    if (!accept(parser, ")")) return fail(parser, INCOMPLETE, "end");
  }
  for (;;) {
    if (parse_redirect(parser, link)) {
      link = &(*link)->next;
      continue;
    }
    if (parser->result != PARSED) return NULL;
    if (ends_word(*parser->at)) break;
    if (command->subshell) return fail(parser, WRONG, "word after )");
    char *word = parse_word(parser);
    if (!word) return NULL;
    add_word(&command->words, word);
  }
  if (command->subshell || command->words.count || command->redirects) return command;
  char operator[] = {'\'', *parser->at, '\'', 0};
  return *parser->at && *parser->at != '\n' ? fail(parser, WRONG, operator)
                                            : fail(parser, INCOMPLETE, "end");
}

static Pipeline *parse_pipeline(Parser *parser) {
  Pipeline *pipeline = allocate(sizeof *pipeline);
  skip_blanks(parser);
  if (parser->at[0] == '!' && ends_word(parser->at[1])) pipeline->is_negated = !!parser->at++;
  Command **link = &pipeline->first;
  do {
    while (link != &pipeline->first && accept(parser, "\n")) continue;
    *link = parse_command(parser);
    if (!*link) return NULL;
    link = &(*link)->next;
  } while (accept(parser, "|"));
  return pipeline;
}

static List *parse_and_or(Parser *parser) {
  List *list = allocate(sizeof *list);
  Pipeline **link = &list->first;
  Condition condition = ALWAYS;
  skip_blanks(parser);
  const char *start = parser->at;
  for (;;) {
    *link = parse_pipeline(parser);
    if (!*link) return NULL;
    (*link)->condition = condition;
    link = &(*link)->next;
    if (accept(parser, "&&")) condition = ON_SUCCESS;
    else if (accept(parser, "||")) condition = ON_FAILURE;
    else break;
    while (accept(parser, "\n")) continue;
  }
  size_t length = (size_t)(parser->at - start);
  while (length > 0 && strchr(" \t\n", start[length - 1])) length--;
  list->text = copy_text(start, length);
  return list;
}

static List *parse_list(Parser *parser, int is_subshell) {
  List *first = NULL, **link = &first;
  for (;;) {
    while (accept(parser, "\n")) continue;
    skip_blanks(parser);
    if (!*parser->at || (is_subshell && *parser->at == ')')) break;
    *link = parse_and_or(parser);
    if (!*link) return NULL;
    if (accept(parser, "&")) (*link)->is_background = 1;
    else if (!accept(parser, ";") && !accept(parser, "\n")) {
      link = &(*link)->next;
      break;
    }
    link = &(*link)->next;
  }
  if (is_subshell && !first) return fail(parser, *parser->at ? WRONG : INCOMPLETE, "')'");
  return first;
}

ParseResult parse(const char *line, List **list) {
  Parser parser = {line, PARSED};
  *list = parse_list(&parser, 0);
  skip_blanks(&parser);
  if (parser.result == PARSED && *parser.at) {
    char operator[] = {'\'', *parser.at, '\'', 0};
    fail(&parser, WRONG, operator);
  }
  return parser.result;
}
