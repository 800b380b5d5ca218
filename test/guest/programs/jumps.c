/* setjmp and longjmp, also out of a signal handler with its mask. */
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>

static jmp_buf environment;
static sigjmp_buf signal_environment;

static void dive(int depth) {
  if (depth <= 0) longjmp(environment, 7);
  volatile double kept = depth;
  if (depth > 0) dive(depth - 1);
  printf("never %f\n", kept);
}

static void leave(int signal) { siglongjmp(signal_environment, signal); }

int main(void) {
  volatile int rounds = 0;
  int value = setjmp(environment);
  printf("setjmp returned %d\n", value);
  if (value == 0) dive(50);
  if (rounds++ < 2) longjmp(environment, 0);
  printf("rounds %d\n", rounds);

  signal(SIGUSR1, leave);
  for (volatile int i = 0; i < 3; i++) {
    int signal_number = sigsetjmp(signal_environment, 1);
    if (signal_number == 0) raise(SIGUSR1);
    sigset_t mask;
    sigprocmask(SIG_BLOCK, NULL, &mask);
    printf("left by a signal %d, blocked %d\n", signal_number == SIGUSR1,
           sigismember(&mask, SIGUSR1));
  }
  return 0;
}
