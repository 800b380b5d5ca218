// Handlers, masks, restarts, alternate stacks, and faults that a program survives.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile sig_atomic_t hits, lastCode, depth;
static void *volatile lastAddress;
static volatile int lastValue;
static sigjmp_buf out;

static void count(int s) { hits++; }
static void inspect(int s, siginfo_t *info, void *context) {
  hits++;
  lastCode = info->si_code;
  lastValue = info->si_value.sival_int;
}
static void escape(int s, siginfo_t *info, void *context) {
  lastCode = info->si_code;
  lastAddress = info->si_addr;
  siglongjmp(out, s);
}
static void nested(int s) {
  depth++;
  if (depth < 3) raise(s);
  depth--;
  hits++;
}

static void install(int signal, void (*handler)(int, siginfo_t *, void *), int flags) {
  struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO | flags};
  sigaction(signal, &action, 0);
}

static int probe(volatile char *address, int isWrite) {
  int s = sigsetjmp(out, 1);
  if (s == 0) {
    if (isWrite) *address = 1;
    else (void)*address;
    return 0;
  }
  return s;
}

static int recurse(int n) {
  volatile char frame[4096];
  frame[0] = n;
  return n == 0 ? 0 : recurse(n + 1) + frame[0];
}

int main(void) {
  setvbuf(stdout, 0, _IOLBF, 0);
  signal(SIGUSR1, count);
  raise(SIGUSR1);
  printf("raise: %d\n", hits);
  sigset_t set, old, pending;
  sigemptyset(&set);
  sigaddset(&set, SIGUSR1);
  sigprocmask(SIG_BLOCK, &set, &old);
  raise(SIGUSR1);
  raise(SIGUSR1);
  sigpending(&pending);
  printf("blocked: hits %d pending %d\n", hits, sigismember(&pending, SIGUSR1));
  sigprocmask(SIG_SETMASK, &old, 0);
  printf("unblocked: %d\n", hits);

  install(SIGRTMIN, inspect, 0);
  sigset_t rt;
  sigemptyset(&rt);
  sigaddset(&rt, SIGRTMIN);
  sigprocmask(SIG_BLOCK, &rt, 0);
  hits = 0;
  for (int i = 1; i <= 3; i++) sigqueue(getpid(), SIGRTMIN, (union sigval){.sival_int = i * 11});
  sigprocmask(SIG_UNBLOCK, &rt, 0);
  printf("queued: hits %d last %d code %d\n", hits, lastValue, lastCode == SI_QUEUE);

  install(SIGUSR2, inspect, 0);
  kill(getpid(), SIGUSR2);
  printf("kill code %d\n", lastCode == SI_USER);

  struct sigaction action = {.sa_handler = nested, .sa_flags = SA_NODEFER};
  sigaction(SIGUSR1, &action, 0);
  hits = 0;
  raise(SIGUSR1);
  printf("nested: %d\n", hits);
  action.sa_handler = count;
  action.sa_flags = SA_RESETHAND;
  sigaction(SIGUSR1, &action, 0);
  raise(SIGUSR1);
  sigaction(SIGUSR1, 0, &action);
  printf("reset: %d\n", action.sa_handler == SIG_DFL);
  printf("SIGKILL handler: %s\n", signal(SIGKILL, count) == SIG_ERR ? strerrorname_np(errno) : "?");

  install(SIGSEGV, escape, 0);
  install(SIGBUS, escape, 0);
  char *page = mmap(0, 8192, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  printf("read: %d\n", probe(page, 0));
  int s = probe(page + 5, 1);
  printf("write: %d accerr %d address %d\n", s, lastCode == SEGV_ACCERR, lastAddress == page + 5);
  munmap(page + 4096, 4096);
  s = probe(page + 4096, 0);
  printf("hole: %d maperr %d address %d\n", s, lastCode == SEGV_MAPERR, lastAddress == page + 4096);
  int fd = memfd_create("short", 0);
  char *file = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  s = probe(file, 0);
  printf("past the end: %d adrerr %d\n", s, lastCode == BUS_ADRERR);
  ftruncate(fd, 1);
  printf("inside: %d\n", probe(file, 1));

  static char stack[65536];
  stack_t alternate = {.ss_sp = stack, .ss_size = sizeof stack}, now;
  sigaltstack(&alternate, 0);
  install(SIGSEGV, escape, SA_ONSTACK);
  s = sigsetjmp(out, 1);
  if (s == 0) recurse(1);
  printf("stack overflow: %d\n", s);
  sigaltstack(0, &now);
  printf("stack flags %d\n", now.ss_flags);

  int fds[2];
  char byte;
  pipe(fds);
  for (int restart = 0; restart < 2; restart++) {
    action = (struct sigaction){.sa_handler = count, .sa_flags = restart ? SA_RESTART : 0};
    sigaction(SIGALRM, &action, 0);
    pid_t pid = fork();
    if (pid == 0) {
      usleep(50000);
      kill(getppid(), SIGALRM);
      usleep(50000);
      write(fds[1], "x", 1);
      _exit(0);
    }
    hits = 0;
    long n = read(fds[0], &byte, 1);
    printf("restart %d: read %ld %s hits %d\n", restart, n, n < 0 ? strerrorname_np(errno) : "", hits);
    if (n < 0) read(fds[0], &byte, 1);
    waitpid(pid, 0, 0);
  }

  struct itimerval timer = {.it_value = {0, 20000}};
  setitimer(ITIMER_REAL, &timer, 0);
  hits = 0;
  pause();
  printf("alarm: %d %s\n", hits, strerrorname_np(errno));

  sigemptyset(&set);
  sigaddset(&set, SIGCHLD);
  sigaddset(&set, SIGUSR2);
  sigprocmask(SIG_BLOCK, &set, 0);
  pid_t pid = fork();
  if (pid == 0) _exit(4);
  siginfo_t info;
  int got = sigwaitinfo(&set, &info);
  printf("sigwaitinfo: %d pid %d status %d\n", got == SIGCHLD, info.si_pid == pid, info.si_status);
  waitpid(pid, 0, 0);
  struct timespec wait = {0, 10000000};
  got = sigtimedwait(&set, 0, &wait);
  printf("sigtimedwait: %d %s\n", got, strerrorname_np(errno));
  sigemptyset(&set);
  hits = 0;
  raise(SIGUSR2);
  sigsuspend(&set);
  printf("sigsuspend: %d %s\n", hits, strerrorname_np(errno));
  sigprocmask(0, 0, &old);
  printf("still blocked: %d\n", sigismember(&old, SIGUSR2));

  if ((pid = fork()) == 0) {
    signal(SIGSEGV, SIG_IGN);
    *(volatile int *)16 = 0;
    _exit(0);
  }
  int status;
  waitpid(pid, &status, 0);
  printf("ignored fault: %d\n", WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
  return 0;
}
