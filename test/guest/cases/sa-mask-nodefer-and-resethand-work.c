#include "case.h"

static void masks(int number) {
  sigset_t set;
  struct sigaction now;
  sigprocmask(SIG_BLOCK, NULL, &set);
  sigaction(number, NULL, &now);
  printf("%d: itself %d, usr2 %d, default %d\n", number, sigismember(&set, number),
         sigismember(&set, SIGUSR2), now.sa_handler == SIG_DFL);
}

int main(void) {
  struct sigaction action = {.sa_handler = masks};
  sigaction(SIGUSR1, &action, NULL);
  raise(SIGUSR1);
  sigaddset(&action.sa_mask, SIGUSR2);
  action.sa_flags = SA_NODEFER | SA_RESETHAND;
  sigaction(SIGUSR1, &action, NULL);
  raise(SIGUSR1);
  return 0;
}
