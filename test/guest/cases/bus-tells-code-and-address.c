#include "case.h"

static char *beyond;

static void tellBus(int number, siginfo_t *info, void *context) {
  (void)context;
  printf("%d code %d at +%ld\n", number, info->si_code, (long)((char *)info->si_addr - beyond));
  exit(0);
}

int main(void) {
  struct sigaction action = {.sa_sigaction = tellBus, .sa_flags = SA_SIGINFO};
  sigaction(SIGBUS, &action, NULL);
  beyond = mmap(NULL, 2 * PAGE, RW, MAP_SHARED, letterFile(1), 0);
  *(volatile int *)(beyond + PAGE + 40) = 1;
  return 1;
}
