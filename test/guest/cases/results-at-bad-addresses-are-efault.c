#include "case.h"

#include <sys/utsname.h>
#include <time.h>

int main(void) {
  char *at = mmap(NULL, PAGE, PROT_READ, PRIVATE, -1, 0);
  SHOW(syscall(SYS_uname, at));
  SHOW(syscall(SYS_clock_gettime, CLOCK_REALTIME, at));
  SHOW(syscall(SYS_pipe2, at, 0));
  SHOW(syscall(SYS_getcwd, at, 100));
  SHOW(syscall(SYS_getrlimit, RLIMIT_AS, at));
  SHOW(syscall(SYS_rt_sigaction, SIGUSR1, 8, NULL, 8));
  SHOW(syscall(SYS_rt_sigprocmask, SIG_BLOCK, 8, NULL, 8));
  SHOW(syscall(SYS_nanosleep, 8, NULL));
  return 0;
}
