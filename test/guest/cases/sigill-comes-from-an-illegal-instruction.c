#include "case.h"

static void illegal(int number, siginfo_t *info, void *context) {
  (void)context;
  printf("signal %d, %s\n", number, info->si_addr != NULL ? "with its address" : "without");
  exit(0);
}

int main(void) {
  struct sigaction action = {.sa_sigaction = illegal, .sa_flags = SA_SIGINFO};
  sigaction(SIGILL, &action, NULL);
#ifdef __riscv
  __asm__ volatile(".word 0");
#else
  __asm__ volatile("ud2");
#endif
  return 1;
}
