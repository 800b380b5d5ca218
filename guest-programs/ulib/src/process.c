/* Processes, the heap's end, and waiting. */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "internal.h"

/* clone(2) with nothing but the child's exit signal is fork; the stack is the same address. */
pid_t fork(void) { return (pid_t)CALL(SYS_clone, SIGCHLD, 0, 0, 0, 0); }

int execve(const char *path, char *const arguments[], char *const environment[]) {
  return (int)CALL(SYS_execve, path, arguments, environment);
}
int execv(const char *path, char *const arguments[]) { return execve(path, arguments, environ); }

/* Looks the name up in $PATH as execvp(3): EACCES is remembered, other failures are skipped. */
int execvp(const char *name, char *const arguments[]) {
  if (strchr(name, '/')) return execv(name, arguments);
  const char *at = getenv("PATH");
  int denied = 0;
  if (!at) at = "/bin:/usr/bin";
  for (;;) {
    size_t length = strcspn(at, ":");
    char path[PATH_MAX];
    if (length + strlen(name) + 2 <= sizeof path) {
      memcpy(path, at, length);
      path[length] = 0;
      if (length > 0) strcat(path, "/");
      strcat(path, name);
      execv(path, arguments);
      if (errno == EACCES) denied = 1;
      else if (errno != ENOENT && errno != ENOTDIR) return -1;
    }
    if (!at[length]) break;
    at += length + 1;
  }
  errno = denied ? EACCES : ENOENT;
  return -1;
}

pid_t waitpid(pid_t pid, int *status, int options) {
  return (pid_t)CALL(SYS_wait4, pid, status, options, NULL);
}
pid_t wait(int *status) { return waitpid(-1, status, 0); }

pid_t getpid(void) { return (pid_t)__syscall(SYS_getpid); }
pid_t getppid(void) { return (pid_t)__syscall(SYS_getppid); }
uid_t getuid(void) { return (uid_t)__syscall(SYS_getuid); }
uid_t geteuid(void) { return (uid_t)__syscall(SYS_geteuid); }
gid_t getgid(void) { return (gid_t)__syscall(SYS_getgid); }
pid_t getpgid(pid_t pid) { return (pid_t)CALL(SYS_getpgid, pid); }
pid_t getpgrp(void) { return getpgid(0); }
int setpgid(pid_t pid, pid_t group) { return (int)CALL(SYS_setpgid, pid, group); }
pid_t setsid(void) { return (pid_t)CALL(SYS_setsid); }

int prctl(int option, unsigned long argument) { return (int)CALL(SYS_prctl, option, argument); }

/* brk(2) answers with the current end when it cannot move it. */
int brk(void *end) {
  if (__syscall(SYS_brk, end) >= (long)end) return 0;
  errno = ENOMEM;
  return -1;
}

void *sbrk(intptr_t increment) {
  long end = __syscall(SYS_brk, 0);
  if (increment != 0 && brk((void *)(end + increment)) < 0) return (void *)-1;
  return (void *)end;
}

long syscall(long number, ...) {
  va_list a;
  va_start(a, number);
  long a0 = va_arg(a, long), a1 = va_arg(a, long), a2 = va_arg(a, long);
  long a3 = va_arg(a, long), a4 = va_arg(a, long), a5 = va_arg(a, long);
  va_end(a);
  return CALL(number, a0, a1, a2, a3, a4, a5);
}

int getpagesize(void) { return 4096; }
long sysconf(int name) {
  if (name == _SC_PAGESIZE) return getpagesize();
  errno = EINVAL;
  return -1;
}

unsigned sleep(unsigned seconds) {
  struct timespec rest = {seconds, 0};
  if (nanosleep(&rest, &rest) == 0) return 0;
  return (unsigned)rest.tv_sec + (rest.tv_nsec > 0);
}
int usleep(unsigned microseconds) {
  struct timespec duration = {microseconds / 1000000, microseconds % 1000000 * 1000L};
  return nanosleep(&duration, NULL);
}
