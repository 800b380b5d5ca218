/* Loops, branches and functions: what leads from one command to another inside the shell itself. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "sh.h"

Flow flow;
volatile int is_interrupted;
static int levels; /* of loops that BREAK or CONTINUE still has to leave */
static int loop_depth, call_depth;

typedef struct Function {
  char *name, *body;
  struct Function *next;
} Function;
static Function *functions;

const char *find_function(const char *name) {
  for (Function *at = functions; at; at = at->next) {
    if (strcmp(at->name, name) == 0) return at->body;
  }
  return NULL;
}

static void define(const char *name, const char *body) {
  Function *at = functions;
  while (at && strcmp(at->name, name) != 0) at = at->next;
  if (!at) {
    at = keep(calloc(1, sizeof *at));
    *at = (Function){keep(strdup(name)), NULL, functions};
    functions = at;
  }
  free(at->body);
  at->body = keep(strdup(body));
}

int call_function(const char *body, char **arguments) {
  enum { DEEPEST = 500 };
  if (call_depth == DEEPEST) {
    fprintf(stderr, "sh: %s: functions call each other more than %d deep\n", arguments[0], DEEPEST);
    flow = ABANDON;
    return 2;
  }
  Mark mark = memory_mark();
  int count_before = argument_count, loops_before = loop_depth;
  char **values_before = argument_values;
  Words values = {0};
  add_word(&values, values_before[0]);
  for (char **at = arguments + 1; *at; at++) add_word(&values, *at);
  argument_count = values.count;
  argument_values = values.items;
  loop_depth = 0;
  call_depth++;
  int status = run_text(body);
  call_depth--;
  if (flow == RETURN) flow = STRAIGHT_ON;
  loop_depth = loops_before;
  argument_count = count_before;
  argument_values = values_before;
  free_to(mark);
  return status;
}

/* The number that a flow builtin is given; -1 after a message. */
static int number_of(char **arguments, int otherwise, int least) {
  if (!arguments[1]) return otherwise;
  char *end;
  long number = strtol(arguments[1], &end, 10);
  if (*end || end == arguments[1] || number < least || number > 1000000) {
    fprintf(stderr, "%s: %s is no number of at least %d\n", arguments[0], arguments[1], least);
    return -1;
  }
  return (int)number;
}

static int leave_loops(char **arguments, Flow how) {
  int number = number_of(arguments, 1, 1);
  if (number < 0) return 2;
  if (loop_depth == 0) return 0;
  levels = number < loop_depth ? number : loop_depth;
  flow = how;
  return 0;
}

int break_builtin(char **arguments) { return leave_loops(arguments, BREAK); }
int continue_builtin(char **arguments) { return leave_loops(arguments, CONTINUE); }

int return_builtin(char **arguments) {
  int status = number_of(arguments, last_status, 0);
  flow = RETURN;
  return status < 0 ? 2 : status & 255;
}

/* After a round of a loop: whether there is another one. */
static int goes_on(void) {
  if (is_interrupted) flow = ABANDON;
  if (flow != BREAK && flow != CONTINUE) return flow == STRAIGHT_ON;
  if (--levels > 0) return 0;
  int is_next = flow == CONTINUE;
  flow = STRAIGHT_ON;
  return is_next;
}

static int run_while(const Command *command) {
  int status = 0, is_until = command->kind == UNTIL;
  do {
    Mark mark = memory_mark();
    int is_true = run_list(command->condition) == 0;
    if (flow == STRAIGHT_ON && is_true == is_until) return status;
    if (flow == STRAIGHT_ON) status = run_list(command->body);
    free_to(mark);
  } while (goes_on());
  return flow == ABANDON || flow == RETURN ? last_status : status;
}

static int run_for(const Command *command) {
  Words items = {0};
  int status = 0;
  if (command->uses_arguments) {
    for (int i = 1; i < argument_count; i++) add_word(&items, argument_values[i]);
  }
  for (int i = 0; i < command->words.count; i++) expand_word(command->words.items[i], &items);
  for (int i = 0; i < items.count; i++) {
    Mark mark = memory_mark();
    set_variable(command->name, items.items[i]);
    status = run_list(command->body);
    free_to(mark);
    if (!goes_on()) break;
  }
  return status;
}

static int run_case(const Command *command) {
  const char *subject = expand_one(command->words.items[0]);
  for (const Choice *choice = command->choices; choice; choice = choice->next) {
    for (int i = 0; i < choice->patterns.count; i++) {
      if (!matches(expand_pattern(choice->patterns.items[i]), subject)) continue;
      return choice->body ? run_list(choice->body) : 0;
    }
  }
  return 0;
}

static int run_if(const Command *command) {
  int status = run_list(command->condition);
  if (flow != STRAIGHT_ON) return status;
  if (status == 0) return run_list(command->body);
  return command->otherwise ? run_list(command->otherwise) : 0;
}

int run_compound(const Command *command) {
  int status, is_loop = command->kind == WHILE || command->kind == UNTIL || command->kind == FOR;
  loop_depth += is_loop;
  switch (command->kind) {
    case IF:
      status = run_if(command);
      break;
    case WHILE:
    case UNTIL:
      status = run_while(command);
      break;
    case FOR:
      status = run_for(command);
      break;
    case CASE:
      status = run_case(command);
      break;
    case FUNCTION:
      define(command->name, command->text);
      status = 0;
      break;
    default:
      status = run_list(command->body);
  }
  loop_depth -= is_loop;
  return status;
}
