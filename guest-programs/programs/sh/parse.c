/*
 * A command line becomes a tree. POSIX "Shell Grammar":
 *   list     = and_or { (';' | '&' | newline) and_or }
 *   and_or   = pipeline { ('&&' | '||') pipeline }
 *   pipeline = ['!'] command { '|' command }
 *   command  = compound { redirection } | { word | redirection }
 * compound.c has the compound commands.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "sh.h"

void *fail(Parser *parser, ParseResult result, const char *what) {
  if (parser->result == PARSED && result == WRONG) fprintf(stderr, "sh: unexpected %s\n", what);
  if (parser->result == PARSED) parser->result = result;
  return NULL;
}

void *fail_here(Parser *parser) {
  skip_blanks(parser);
  const char *at = parser->at;
  if (!*at || (*at == '\n' && !at[1])) return fail(parser, INCOMPLETE, "end");
  if (*at == '\n') return fail(parser, WRONG, "newline");
  size_t length = 0;
  while (!ends_word(at[length])) length++;
  if (length == 0) length = 1;
  Text what = {0};
  add_byte(&what, '\'');
  add_text(&what, copy_text(at, length));
  add_byte(&what, '\'');
  return fail(parser, WRONG, finished(&what));
}

/* Skips blanks, comments, and newlines after a backslash. */
void skip_blanks(Parser *parser) {
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

/* Reads a here-document, whose first line stands here, up to the line that is its end. */
static void read_here_document(Parser *parser, Redirect *redirect) {
  Text body = {0};
  while (*parser->at) {
    const char *line = parser->at;
    if (redirect->strips_tabs) line += strspn(line, "\t");
    size_t length = strcspn(line, "\n");
    parser->at = line + length + (line[length] == '\n');
    if (length == strlen(redirect->target) && strncmp(line, redirect->target, length) == 0) {
      redirect->target = finished(&body);
      return;
    }
    add_text(&body, copy_text(line, length));
    add_byte(&body, '\n');
  }
  fail(parser, INCOMPLETE, "end");
}

static int accept_newline(Parser *parser) {
  skip_blanks(parser);
  if (*parser->at != '\n') return 0;
  parser->at++;
  for (int i = 0; i < parser->here_count; i++) read_here_document(parser, parser->here[i]);
  parser->here_count = 0;
  return 1;
}

void skip_newlines(Parser *parser) {
  while (accept_newline(parser)) continue;
}

int accept(Parser *parser, const char *operator) {
  skip_blanks(parser);
  size_t length = strlen(operator);
  if (strncmp(parser->at, operator, length) != 0) return 0;
  /* A | is not the start of a ||, nor & of &&, nor ; of ;;. */
  if (length == 1 && strchr("|&;", *operator) && parser->at[1] == *operator) return 0;
  parser->at += length;
  return 1;
}

int stands(Parser *parser, const char *word) {
  skip_blanks(parser);
  size_t length = strlen(word);
  return strncmp(parser->at, word, length) == 0 && ends_word(parser->at[length]);
}

int accept_word(Parser *parser, const char *word) {
  if (!stands(parser, word)) return 0;
  parser->at += strlen(word);
  return 1;
}

/* A word with its quotes; NULL and a result when a quote stays open. */
char *parse_word(Parser *parser) {
  const char *start = parser->at, *at = start;
  while (!ends_word(*at)) {
    const char *next = after_piece(at);
    /* A newline behind a backslash goes on in the next line, which may not be there yet. */
    if (!next || (at[0] == '\\' && at[1] == '\n' && !at[2])) return fail(parser, INCOMPLETE, "end");
    at = next;
  }
  if (at == start) return fail_here(parser);
  parser->at = at;
  return copy_text(start, (size_t)(at - start));
}

static void await_here_document(Parser *parser, Redirect *redirect) {
  if (parser->here_count == (int)(sizeof parser->here / sizeof *parser->here)) {
    fail(parser, WRONG, "ninth here-document in one line");
    return;
  }
  redirect->is_literal = strpbrk(redirect->target, "'\"\\") != NULL;
  redirect->target = redirect->is_literal ? expand_one(redirect->target) : redirect->target;
  parser->here[parser->here_count++] = redirect;
}

/* What stands behind the descriptor of a redirection. */
static const struct {
  const char *sign;
  RedirectKind kind;
  int fd;
} signs[] = {
    {"<<-", HERE, 0},     {"<<", HERE, 0}, {"<&", DUPLICATE, 0}, {"<", READ, 0},
    {">>", APPEND, 1},    {">|", WRITE, 1}, {">&", DUPLICATE, 1}, {">", WRITE, 1},
};

/* A redirection, if one stands here: [n]<, [n]>, [n]>>, [n]>&, [n]<&, [n]<<. */
static int parse_redirect(Parser *parser, Redirect **link) {
  skip_blanks(parser);
  const char *at = parser->at;
  while (isdigit(*at)) at++;
  if (*at != '<' && *at != '>') return 0;
  int i = 0;
  while (strncmp(at, signs[i].sign, strlen(signs[i].sign)) != 0) i++;
  Redirect *redirect = allocate(sizeof *redirect);
  redirect->fd = at > parser->at ? atoi(parser->at) : signs[i].fd;
  redirect->kind = signs[i].kind;
  redirect->strips_tabs = strcmp(signs[i].sign, "<<-") == 0;
  parser->at = at + strlen(signs[i].sign);
  skip_blanks(parser);
  if (ends_word(*parser->at)) {
    fail(parser, WRONG, *parser->at ? "operator after a redirection" : "end after a redirection");
    return 0;
  }
  redirect->target = parse_word(parser);
  if (redirect->target && redirect->kind == HERE) await_here_document(parser, redirect);
  *link = redirect;
  return redirect->target != NULL;
}

/* name() compound: the body is kept as text, since it outlives the line. */
static Command *parse_function(Parser *parser, Command *command) {
  char *name = command->words.items[0];
  if (!accept(parser, "(") || !accept(parser, ")")) return fail_here(parser);
  if (name_length(name) != strlen(name)) return fail(parser, WRONG, "'('");
  skip_newlines(parser);
  const char *start = parser->at;
  Command body = {0};
  if (!parse_compound(parser, &body)) return fail_here(parser);
  command->kind = FUNCTION;
  command->name = name;
  command->text = copy_text(start, (size_t)(parser->at - start));
  return command;
}

static Command *parse_command(Parser *parser) {
  Command *command = allocate(sizeof *command);
  Redirect **link = &command->redirects;
  int is_compound = parse_compound(parser, command);
  while (parser->result == PARSED) {
    if (parse_redirect(parser, link)) {
      link = &(*link)->next;
      continue;
    }
    if (parser->result != PARSED) return NULL;
    if (*parser->at == '(' && command->words.count == 1 && !is_compound && !command->redirects) {
      return parse_function(parser, command);
    }
    if (ends_word(*parser->at) || is_compound) break;
    char *word = parse_word(parser);
    if (!word) return NULL;
    add_word(&command->words, word);
  }
  if (parser->result != PARSED) return NULL;
  if (is_compound || command->words.count || command->redirects) return command;
  return *parser->at == '\n' ? fail(parser, INCOMPLETE, "end") : fail_here(parser);
}

static Pipeline *parse_pipeline(Parser *parser) {
  Pipeline *pipeline = allocate(sizeof *pipeline);
  pipeline->is_negated = accept_word(parser, "!");
  Command **link = &pipeline->first;
  do {
    if (link != &pipeline->first) skip_newlines(parser);
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
    skip_newlines(parser);
  }
  size_t length = (size_t)(parser->at - start);
  while (length > 0 && strchr(" \t\n", start[length - 1])) length--;
  list->text = copy_text(start, length);
  return list;
}

/* Whether a word stands here that only closes or continues a compound command. */
static int at_closing_word(Parser *parser) {
  static const char *const closing[] = {"then", "elif", "else", "fi", "do", "done", "esac", "}"};
  for (size_t i = 0; i < sizeof closing / sizeof *closing; i++) {
    if (stands(parser, closing[i])) return 1;
  }
  return *parser->at == ')' || strncmp(parser->at, ";;", 2) == 0;
}

static List *parse_list(Parser *parser) {
  List *first = NULL, **link = &first;
  for (;;) {
    skip_newlines(parser);
    if (parser->result != PARSED) return NULL;
    if (!*parser->at || at_closing_word(parser)) break;
    *link = parse_and_or(parser);
    if (!*link) return NULL;
    if (accept(parser, "&")) (*link)->is_background = 1;
    else if (!accept(parser, ";") && !accept_newline(parser)) {
      break;
    }
    link = &(*link)->next;
  }
  return parser->result == PARSED ? first : NULL;
}

List *parse_body(Parser *parser) {
  List *list = parse_list(parser);
  return list ? list : fail_here(parser);
}

ParseResult parse(const char *line, List **list) {
  Parser parser = {.at = line};
  *list = parse_list(&parser);
  if (parser.result == PARSED && *parser.at) fail_here(&parser);
  if (parser.here_count > 0) fail(&parser, INCOMPLETE, "end");
  return parser.result;
}

int run_text(const char *text) {
  List *list;
  ParseResult result = parse(text, &list);
  if (result == INCOMPLETE) fprintf(stderr, "sh: unexpected end\n");
  return result != PARSED ? 2 : list ? run_list(list) : 0;
}
