#include "case.h"

static char *other;

static void onOther(int number, siginfo_t *info, void *context) {
  char here;
  (void)context;
  stack_t now;
  sigaltstack(NULL, &now);
  printf("signal %d code %d, on the other stack: %d, flags %d\n", number, info->si_code > 0,
         &here > other && &here < other + 16 * PAGE, now.ss_flags);
  fflush(stdout);
  _exit(7);
}

static char fall(volatile char *above) {
  volatile char room[PAGE];
  room[0] = above[0];
  return (char)(fall(room) + room[0]);
}

int main(void) {
  other = map(16);
  stack_t stack = {.ss_sp = other, .ss_size = 16 * PAGE};
  SHOW(sigaltstack(&stack, NULL));
  struct sigaction action = {.sa_sigaction = onOther, .sa_flags = SA_SIGINFO | SA_ONSTACK};
  sigaction(SIGSEGV, &action, NULL);
  fflush(stdout);
  return fall(other);
}
