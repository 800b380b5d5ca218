#include "case.h"

static void unreachable_(int number) { (void)number; }

int main(void) {
  struct sigaction action = {.sa_handler = unreachable_, .sa_flags = SA_ONSTACK};
  char *at = mmap(NULL, 16 * PAGE, PROT_READ, PRIVATE, -1, 0);
  stack_t stack = {.ss_sp = at, .ss_size = 16 * PAGE};
  SHOW(sigaltstack(&stack, NULL));
  sigaction(SIGUSR1, &action, NULL);
  raise(SIGUSR1);
  printf("after\n");
  return 0;
}
