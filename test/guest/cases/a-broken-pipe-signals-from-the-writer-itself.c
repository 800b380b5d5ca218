#include "case.h"

static void tellPipeSignal(int signal, siginfo_t *info, void *context) {
  (void)context;
  printf("signal %d, code %d, from itself: %d, own user: %d\n", signal, info->si_code,
         info->si_pid == getpid(), info->si_uid == getuid());
}

int main(void) {
  struct sigaction action = {.sa_sigaction = tellPipeSignal, .sa_flags = SA_SIGINFO};
  int ends[2];
  sigaction(SIGPIPE, &action, NULL);
  pipe(ends);
  close(ends[0]);
  SHOW(write(ends[1], "x", 1));
  return 0;
}
