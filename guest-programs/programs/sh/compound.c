/*
 * The compound commands. POSIX "Compound Commands":
 *   ( list )    { list }    if list then list { elif list then list } [else list] fi
 *   while list do list done    until list do list done    for name [in { word }] do list done
 *   case word in { ['('] word { '|' word } ')' [list] ';;' } esac
 */
#include <string.h>
#include "sh.h"

/* The word or operator must come, newlines before it or not; fails where another thing stands. */
static int expect(Parser *parser, const char *word) {
  if (parser->result != PARSED) return 0;
  skip_newlines(parser);
  int is_there = strchr("()", *word) ? accept(parser, word) : accept_word(parser, word);
  if (!is_there) fail_here(parser);
  return is_there;
}

static void parse_do(Parser *parser, Command *command) {
  if (!expect(parser, "do")) return;
  command->body = parse_body(parser);
  expect(parser, "done");
}

static void parse_if(Parser *parser, Command *command) {
  command->kind = IF;
  command->condition = parse_body(parser);
  if (!expect(parser, "then")) return;
  command->body = parse_body(parser);
  if (parser->result != PARSED) return;
  if (accept_word(parser, "elif")) {
    Command *inner = allocate(sizeof *inner);
    Pipeline *pipeline = allocate(sizeof *pipeline);
    command->otherwise = allocate(sizeof *command->otherwise);
    command->otherwise->first = pipeline;
    command->otherwise->text = copy_text("if", 2);
    pipeline->first = inner;
    parse_if(parser, inner);
    return;
  }
  if (accept_word(parser, "else")) command->otherwise = parse_body(parser);
  expect(parser, "fi");
}

static void parse_loop(Parser *parser, Command *command, CommandKind kind) {
  command->kind = kind;
  command->condition = parse_body(parser);
  parse_do(parser, command);
}

static void parse_for(Parser *parser, Command *command) {
  command->kind = FOR;
  skip_blanks(parser);
  size_t length = name_length(parser->at);
  if (length == 0 || !ends_word(parser->at[length])) {
    fail_here(parser);
    return;
  }
  command->name = parse_word(parser);
  int is_newline = 0;
  skip_blanks(parser);
  if (*parser->at == '\n') is_newline = 1, skip_newlines(parser);
  if (accept_word(parser, "in")) {
    for (skip_blanks(parser); !ends_word(*parser->at); skip_blanks(parser)) {
      char *word = parse_word(parser);
      if (!word) return;
      add_word(&command->words, word);
    }
    if (!accept(parser, ";") && *parser->at != '\n') {
      fail_here(parser);
      return;
    }
  } else {
    command->uses_arguments = 1;
    if (!is_newline) accept(parser, ";");
  }
  parse_do(parser, command);
}

/* pattern { | pattern } ) list ;; */
static Choice *parse_choice(Parser *parser) {
  Choice *choice = allocate(sizeof *choice);
  accept(parser, "(");
  do {
    skip_blanks(parser);
    char *word = parse_word(parser);
    if (!word) return NULL;
    add_word(&choice->patterns, word);
  } while (accept(parser, "|"));
  if (!expect(parser, ")")) return NULL;
  skip_newlines(parser);
  if (parser->result != PARSED) return NULL;
  if (strncmp(parser->at, ";;", 2) != 0 && !stands(parser, "esac")) {
    choice->body = parse_body(parser);
  }
  return choice;
}

static void parse_case(Parser *parser, Command *command) {
  command->kind = CASE;
  skip_blanks(parser);
  char *subject = parse_word(parser);
  if (!subject) return;
  add_word(&command->words, subject);
  if (!expect(parser, "in")) return;
  Choice **link = &command->choices;
  for (skip_newlines(parser); !accept_word(parser, "esac"); skip_newlines(parser)) {
    if (!*parser->at) fail(parser, INCOMPLETE, "end");
    if (parser->result != PARSED) return;
    *link = parse_choice(parser);
    if (!*link || parser->result != PARSED) return;
    link = &(*link)->next;
    skip_newlines(parser);
    if (!accept(parser, ";;") && !stands(parser, "esac")) {
      fail_here(parser);
      return;
    }
  }
}

int parse_compound(Parser *parser, Command *command) {
  if (accept(parser, "(")) {
    command->kind = SUBSHELL;
    command->body = parse_body(parser);
    expect(parser, ")");
  } else if (accept_word(parser, "{")) {
    command->kind = GROUP;
    command->body = parse_body(parser);
    expect(parser, "}");
  } else if (accept_word(parser, "if")) {
    parse_if(parser, command);
  } else if (accept_word(parser, "while")) {
    parse_loop(parser, command, WHILE);
  } else if (accept_word(parser, "until")) {
    parse_loop(parser, command, UNTIL);
  } else if (accept_word(parser, "for")) {
    parse_for(parser, command);
  } else if (accept_word(parser, "case")) {
    parse_case(parser, command);
  } else {
    return 0;
  }
  return 1;
}
