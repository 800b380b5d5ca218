#include "case.h"

static sigjmp_buf out;

static void jump(int number) { siglongjmp(out, number); }

int main(void) {
  sigset_t set;
  signal(SIGSEGV, jump);
  if (sigsetjmp(out, 0) == 0) *(volatile char *)8 = 1;
  sigprocmask(SIG_BLOCK, NULL, &set);
  SHOW(sigismember(&set, SIGSEGV));
  printf("before\n");
  *(volatile char *)8 = 1;
  return 0;
}
