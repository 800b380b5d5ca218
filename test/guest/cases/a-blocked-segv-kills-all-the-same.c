#include "case.h"

static void never(int number) { printf("handled %d\n", number); }

int main(void) {
  sigset_t set;
  signal(SIGSEGV, never);
  sigemptyset(&set);
  sigaddset(&set, SIGSEGV);
  sigprocmask(SIG_BLOCK, &set, NULL);
  printf("before\n");
  *(volatile char *)8 = 1;
  printf("after\n");
  return 0;
}
