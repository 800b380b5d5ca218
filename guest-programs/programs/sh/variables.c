/* Shell variables, some of them exported to the programs that are run. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "sh.h"

typedef struct Variable {
  char *name, *value;
  int is_exported;
  struct Variable *next;
} Variable;

static Variable *variables;
int last_status;
pid_t last_background;
pid_t shell_pid;
int argument_count;
char **argument_values;

static Variable *find(const char *name) {
  for (Variable *at = variables; at; at = at->next) {
    if (strcmp(at->name, name) == 0) return at;
  }
  return NULL;
}

const char *variable(const char *name) {
  Variable *found = find(name);
  return found ? found->value : NULL;
}

void set_variable(const char *name, const char *value) {
  char *copy = keep(strdup(value));
  Variable *found = find(name);
  if (found) {
    free(found->value);
    found->value = copy;
    return;
  }
  Variable *made = keep(calloc(1, sizeof *made));
  *made = (Variable){keep(strdup(name)), copy, 0, variables};
  variables = made;
}

void export_variable(const char *name) {
  if (!find(name)) set_variable(name, "");
  find(name)->is_exported = 1;
}

void unset_variable(const char *name) {
  for (Variable **link = &variables; *link; link = &(*link)->next) {
    Variable *found = *link;
    if (strcmp(found->name, name) != 0) continue;
    *link = found->next;
    free(found->name);
    free(found->value);
    free(found);
    return;
  }
}

static void print_variables(void) {
  for (Variable *at = variables; at; at = at->next) printf("%s=%s\n", at->name, at->value);
}

const char *parameter(const char *name) {
  char digits[24];
  long number;
  if (isdigit(*name)) {
    int index = atoi(name);
    return index < argument_count ? argument_values[index] : NULL;
  }
  switch (*name) {
    case '?':
      number = last_status;
      break;
    case '$':
      number = shell_pid;
      break;
    case '#':
      number = argument_count - 1;
      break;
    case '!':
      if (!last_background) return NULL;
      number = last_background;
      break;
    default:
      return variable(name);
  }
  snprintf(digits, sizeof digits, "%ld", number);
  return copy_text(digits, strlen(digits));
}

int set_builtin(char **arguments) {
  char **at = arguments + 1;
  if (!*at) print_variables();
  if (!*at) return 0;
  if (strcmp(*at, "--") == 0) at++;
  else if (**at == '-' || **at == '+') {
    fprintf(stderr, "set: %s: options are not supported; set -- WORD… sets $1 …\n", *at);
    return 2;
  }
  int count = 0;
  while (at[count]) count++;
  char **values = keep(calloc((size_t)count + 2, sizeof *values));
  values[0] = argument_values[0];
  for (int i = 0; i < count; i++) values[i + 1] = keep(strdup(at[i]));
  argument_values = values;
  argument_count = count + 1;
  return 0;
}

int shift_builtin(char **arguments) {
  int count = arguments[1] ? atoi(arguments[1]) : 1;
  if (count < 0 || count >= argument_count) {
    fprintf(stderr, "shift: cannot shift %d of %d\n", count, argument_count - 1);
    return 2;
  }
  argument_count -= count;
  for (int i = 1; i < argument_count; i++) argument_values[i] = argument_values[i + count];
  return 0;
}

int is_assignment(const char *word) {
  size_t length = name_length(word);
  return length > 0 && word[length] == '=';
}

void assign(const char *word) {
  const char *equals = strchr(word, '=');
  set_variable(copy_text(word, (size_t)(equals - word)), expand_one(equals + 1));
}

void import_environment(char **environment) {
  for (; *environment; environment++) {
    const char *equals = strchr(*environment, '=');
    if (!equals) continue;
    char *name = copy_text(*environment, (size_t)(equals - *environment));
    set_variable(name, equals + 1);
    export_variable(name);
  }
}

char **exported_environment(void) {
  Words words = {0};
  for (Variable *at = variables; at; at = at->next) {
    if (!at->is_exported) continue;
    Text text = {0};
    add_text(&text, at->name);
    add_byte(&text, '=');
    add_text(&text, at->value);
    add_word(&words, finished(&text));
  }
  if (!words.items) words.items = allocate(sizeof *words.items);
  return words.items;
}

void print_exported(void) {
  for (char **entry = exported_environment(); *entry; entry++) printf("%s\n", *entry);
}
