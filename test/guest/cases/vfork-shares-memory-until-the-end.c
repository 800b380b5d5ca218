#include "case.h"

int main(void) {
  char *at = letters(1);
  fflush(stdout);
  pid_t child = vfork();
  if (child == 0) {
    at[0] = 'v';
    _exit(0);
  }
  waitpid(child, NULL, 0);
  LOAD(at);
  return 0;
}
