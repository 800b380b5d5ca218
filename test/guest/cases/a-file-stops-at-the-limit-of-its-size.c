#include "case.h"

static void tellSizeSignal(int signal, siginfo_t *info, void *context) {
  (void)context;
  printf("signal %d, code %d, from itself: %d\n", signal, info->si_code, info->si_pid == getpid());
}

int main(void) {
  struct sigaction action = {.sa_sigaction = tellSizeSignal, .sa_flags = SA_SIGINFO};
  sigaction(SIGXFSZ, &action, NULL);
  int file = memfd_create("limited", 0);
  char bytes[200] = {1};
  /* The output itself may be a file beyond the limit: told afterwards. */
  struct rlimit before, low;
  getrlimit(RLIMIT_FSIZE, &before);
  low = before;
  low.rlim_cur = 100;
  static struct { const char *what; long result; int error; } steps[16];
  int count = 0;
#define STEP(call) \
  do { errno = 0; steps[count].what = #call; steps[count].result = (call); steps[count++].error = errno; } while (0)
  signal(SIGXFSZ, SIG_IGN);
  setrlimit(RLIMIT_FSIZE, &low);
  STEP(write(file, bytes, 200));
  STEP(write(file, bytes, 1));
  STEP(write(file, bytes, 0));
  STEP(pwrite(file, bytes, 50, 90));
  STEP(ftruncate(file, 101));
  STEP(ftruncate(file, 100));
  STEP(fallocate(file, 0, 0, 101));
  STEP(fallocate(file, FALLOC_FL_KEEP_SIZE, 50, 101));
  setrlimit(RLIMIT_FSIZE, &before);
  STEP(ftruncate(file, 300));
  setrlimit(RLIMIT_FSIZE, &low);
  STEP(ftruncate(file, 200));
  STEP(ftruncate(file, 201));
  STEP(write(file, bytes, 10));
  setrlimit(RLIMIT_FSIZE, &before);
  for (int index = 0; index < count; index++) {
    printf("%s = %ld %s\n", steps[index].what, steps[index].result,
           steps[index].error == 0 ? "" : errorName(steps[index].error));
  }
  sigaction(SIGXFSZ, &action, NULL);
  setrlimit(RLIMIT_FSIZE, &low);
  long result = pwrite(file, bytes, 1, 100);
  setrlimit(RLIMIT_FSIZE, &before);
  printf("%ld\n", result);
  fflush(stdout);
  IN_CHILD {
    signal(SIGXFSZ, SIG_DFL);
    setrlimit(RLIMIT_FSIZE, &low);
    pwrite(file, bytes, 1, 100);
  }
  return 0;
}
