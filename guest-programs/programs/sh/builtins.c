/* Commands that must run in the shell itself. */
#include <errno.h>
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

static const struct {
  const char *name;
  Builtin run;
} builtins[] = {
    {":", yes},
    {"bg", bg_builtin},
    {"cd", cd},
    {"exit", leave},
    {"export", export},
    {"false", no},
    {"fg", fg_builtin},
    {"history", history_builtin},
    {"jobs", jobs_builtin},
    {"pwd", pwd},
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
