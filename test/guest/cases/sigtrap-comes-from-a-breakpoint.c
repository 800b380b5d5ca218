#include "case.h"

static void trapped(int number, siginfo_t *info, void *context) {
  (void)context;
  printf("signal %d, %s\n", number, info->si_code > 0 ? "from the kernel" : "from a process");
  exit(0);
}

int main(void) {
  struct sigaction action = {.sa_sigaction = trapped, .sa_flags = SA_SIGINFO};
  sigaction(SIGTRAP, &action, NULL);
#ifdef __riscv
  __asm__ volatile("ebreak");
#else
  __asm__ volatile("int3");
#endif
  return 1;
}
