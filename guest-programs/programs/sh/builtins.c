/* Commands that must run in the shell itself. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "sh.h"

static int cd(char **arguments) {
  const char *to = arguments[1] ? arguments[1] : variable("HOME");
  int is_back = to && strcmp(to, "-") == 0;
  if (is_back) to = variable("OLDPWD");
  if (!to) to = "/";
  char here[4096];
  if (!getcwd(here, sizeof here)) here[0] = 0;
  if (chdir(to) < 0) {
    fprintf(stderr, "cd: %s: %s\n", to, strerror(errno));
    return 1;
  }
  set_variable("OLDPWD", here);
  if (getcwd(here, sizeof here)) set_variable("PWD", here);
  if (is_back) printf("%s\n", here);
  return 0;
}

static int pwd(char **arguments) {
  (void)arguments;
  char here[4096];
  if (!getcwd(here, sizeof here)) {
    perror("pwd");
    return 1;
  }
  printf("%s\n", here);
  return 0;
}

static int leave(char **arguments) {
  exit(arguments[1] ? atoi(arguments[1]) & 255 : last_status);
}

static int export(char **arguments) {
  if (!arguments[1]) print_exported();
  for (char **at = arguments + 1; *at; at++) {
    char *name = copy_text(*at, strcspn(*at, "="));
    if ((*at)[strlen(name)]) set_variable(name, *at + strlen(name) + 1);
    export_variable(name);
  }
  return 0;
}

static int unset(char **arguments) {
  for (char **at = arguments + 1; *at; at++) unset_variable(*at);
  return 0;
}

static int yes(char **arguments) {
  (void)arguments;
  return 0;
}
static int no(char **arguments) {
  (void)arguments;
  return 1;
}

static int eval(char **arguments) {
  Text text = {0};
  for (char **at = arguments + 1; *at; at++) {
    if (at > arguments + 1) add_byte(&text, ' ');
    add_text(&text, *at);
  }
  return run_text(finished(&text));
}

/* . FILE: its commands run in this shell. */
static int source(char **arguments) {
  int fd = arguments[1] ? open(arguments[1], O_RDONLY | O_CLOEXEC) : -1;
  if (fd < 0) {
    fprintf(stderr, ".: %s: %s\n", arguments[1] ? arguments[1] : "", strerror(errno));
    return 2;
  }
  Text text = {0};
  char bytes[512];
  for (ssize_t count; (count = read(fd, bytes, sizeof bytes)) > 0;) {
    for (ssize_t i = 0; i < count; i++) add_byte(&text, bytes[i]);
  }
  close(fd);
  int status = run_text(finished(&text));
  if (flow == RETURN) flow = STRAIGHT_ON;
  return status;
}

/* One line byte by byte, since what follows belongs to others; 0 at the end of input. */
static int read_record(Text *line, int is_raw) {
  char c;
  while (read(0, &c, 1) == 1) {
    if (c == '\n') return 1;
    if (c == '\\' && !is_raw) {
      if (read(0, &c, 1) != 1) return 0;
      if (c == '\n') continue;
      add_byte(line, LITERAL); /* no separator */
    }
    add_byte(line, c);
  }
  return 0;
}

static int is_blank_separator(char c) { return c && strchr(" \t\n", c) && is_separator(c); }

/* The next field of a line, all of it for the last variable; `at` moves behind it. */
static char *next_field(const char **at, int is_last) {
  while (is_blank_separator(**at)) ++*at;
  Text field = {0};
  size_t end = 0; /* behind the last byte that is no blank at the end */
  while (**at && (is_last || !is_separator(**at))) {
    int is_literal = **at == LITERAL && (*at)[1];
    if (is_literal) ++*at;
    add_byte(&field, **at);
    if (is_literal || !is_blank_separator(**at)) end = field.length;
    ++*at;
  }
  while (is_blank_separator(**at)) ++*at;
  if (!is_last && **at && is_separator(**at)) ++*at;
  return copy_text(finished(&field), is_last ? end : field.length);
}

/* read [-r] NAME…: 1 at the end of input. */
int read_builtin(char **arguments) {
  char **names = arguments + 1;
  int is_raw = *names && strcmp(*names, "-r") == 0;
  names += is_raw;
  if (!*names) {
    fprintf(stderr, "read: needs the name of a variable\n");
    return 2;
  }
  Text line = {0};
  int has_line = read_record(&line, is_raw);
  const char *at = finished(&line);
  for (; *names; names++) set_variable(*names, next_field(&at, !names[1]));
  return !has_line;
}

static const struct {
  const char *name;
  Builtin run;
} builtins[] = {
    {".", source},
    {":", yes},
    {"[", test_builtin},
    {"bg", bg_builtin},
    {"break", break_builtin},
    {"cd", cd},
    {"continue", continue_builtin},
    {"eval", eval},
    {"exit", leave},
    {"export", export},
    {"false", no},
    {"fg", fg_builtin},
    {"history", history_builtin},
    {"jobs", jobs_builtin},
    {"pwd", pwd},
    {"read", read_builtin},
    {"return", return_builtin},
    {"set", set_builtin},
    {"shift", shift_builtin},
    {"test", test_builtin},
    {"true", yes},
    {"unset", unset},
    {"wait", wait_builtin},
};
#define COUNT ((int)(sizeof builtins / sizeof *builtins))

const char *builtin_name(int index) { return index < COUNT ? builtins[index].name : NULL; }

Builtin find_builtin(const char *name) {
  for (int i = 0; i < COUNT; i++) {
    if (strcmp(builtins[i].name, name) == 0) return builtins[i].run;
  }
  return NULL;
}
