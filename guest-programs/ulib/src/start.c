/* From the initial stack to main and on to exit. */
#include <stdlib.h>
#include <unistd.h>
#include "internal.h"

int main(int argc, char **argv, char **envp);

char **environ;

_Noreturn void __start_main(long *stack) {
  int argc = (int)stack[0];
  char **argv = (char **)(stack + 1);
  environ = argv + argc + 1;
  exit(main(argc, argv, environ));
}

_Noreturn void exit(int status) {
  __run_atexit();
  __flush_all();
  _exit(status);
}

_Noreturn void _Exit(int status) { _exit(status); }

_Noreturn void _exit(int status) {
  for (;;) __syscall(SYS_exit_group, status);
}

static void (*exit_functions[32])(void);
static int exit_function_count;

int atexit(void (*function)(void)) {
  if (exit_function_count == 32) return -1;
  exit_functions[exit_function_count++] = function;
  return 0;
}

void __run_atexit(void) {
  while (exit_function_count > 0) exit_functions[--exit_function_count]();
}
