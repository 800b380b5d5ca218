/* Arguments, environment, options and the current folder. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int at_exit_order;
static void second(void) { printf("at exit: %d\n", ++at_exit_order); }
static void first(void) { printf("at exit first: %d\n", ++at_exit_order); }

int main(int argc, char **argv) {
  printf("%d arguments, argv[argc] is null: %d\n", argc, argv[argc] == NULL);
  for (int i = 1; i < argc; i++) printf("[%s]\n", argv[i]);
  int option;
  opterr = 0;
  while ((option = getopt(argc, argv, "ab:c")) != -1) {
    printf("option %c %s\n", option, option == 'b' ? optarg : option == '?' ? "unknown" : "");
  }
  printf("rest from %d: %s\n", optind, argv[optind] ? argv[optind] : "none");
  const char *given = getenv("GIVEN");
  printf("GIVEN=%s\n", given ? given : "unset");
  setenv("GIVEN", "changed", 0);
  printf("kept: %s\n", getenv("GIVEN"));
  setenv("GIVEN", "changed", 1);
  setenv("NEW", "one", 1);
  printf("%s %s\n", getenv("GIVEN"), getenv("NEW"));
  unsetenv("NEW");
  printf("unset: %d %d\n", getenv("NEW") == NULL, getenv("NE") == NULL);
  printf("bad name: %d\n", setenv("A=B", "x", 1));
  atexit(second);
  atexit(first);
  return 5;
}
