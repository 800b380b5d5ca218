#include "case.h"

static char *probe;

static void tell(int number, siginfo_t *info, void *context) {
  (void)context;
  printf("%d code %d at +%ld\n", number, info->si_code, (long)((char *)info->si_addr - probe));
  if (info->si_code == SEGV_ACCERR) mprotect(probe, 2 * PAGE, RW);
  else mmap(probe, PAGE, PROT_READ, PRIVATE | MAP_FIXED, -1, 0);
}

int main(void) {
  struct sigaction action = {.sa_sigaction = tell, .sa_flags = SA_SIGINFO};
  sigaction(SIGSEGV, &action, NULL);
  probe = map(2);
  munmap(probe, PAGE);
  *(volatile long *)(probe + 24) = 5;
  printf("stored %ld\n", *(long *)(probe + 24));
  return 0;
}
