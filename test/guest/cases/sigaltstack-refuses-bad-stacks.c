#include "case.h"

int main(void) {
  char *at = map(16);
  stack_t stack = {.ss_sp = at, .ss_size = 100};
  SHOW(sigaltstack(&stack, NULL));
  stack.ss_size = 16 * PAGE;
  stack.ss_flags = 8;
  SHOW(sigaltstack(&stack, NULL));
  stack.ss_flags = SS_DISABLE;
  SHOW(sigaltstack(&stack, NULL));
  SHOW(sigaltstack((stack_t *)8, NULL));
  SHOW(sigaltstack(NULL, (stack_t *)8));
  SHOW(sigaltstack(NULL, &stack));
  SHOW(stack.ss_flags);
  return 0;
}
