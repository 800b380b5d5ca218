// Takes of everything that a kernel keeps for a program until it is refused.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void tell(const char *what, long count) {
  printf("%s: %ld, then %s\n", what, count, strerrorname_np(errno));
  fflush(stdout);
}

static void signals(void) {
  sigset_t all;
  sigfillset(&all);
  sigprocmask(SIG_BLOCK, &all, NULL);
  long count = 0;
  while (sigqueue(getpid(), SIGRTMIN, (union sigval){0}) == 0) count++;
  tell("queued signals", count);
  // kill(2) is not refused: what it sends is pending, if not as often as it was sent.
  for (int i = 0; i < 3000; i++) kill(getpid(), SIGRTMIN + 1);
  printf("killed: %d\n", kill(getpid(), SIGRTMIN + 1));
}

static void timers(void) {
  timer_t timer;
  long count = 0;
  while (timer_create(CLOCK_MONOTONIC, NULL, &timer) == 0) count++;
  tell("timers", count);
}

static void regions(void) {
  enum { PAGES = 20000 };
  char *at = mmap(NULL, PAGES * 4096L, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  long count = 0;
  for (long page = 0; page < PAGES; page += 2) {
    if (mprotect(at + page * 4096, 4096, PROT_READ) == 0) count++;
  }
  printf("regions: %s\n", count == PAGES / 2 ? "all" : "too few");
  fflush(stdout);
  long forks = 0;
  int ends[2];
  pipe(ends);
  for (;;) {
    pid_t child = fork();
    if (child < 0) break;
    if (child == 0) {
      char byte;
      close(ends[1]);
      read(ends[0], &byte, 1);
      _exit(0);
    }
    forks++;
  }
  printf("copies of them: %s, then %s\n", forks > 1 && forks < 20 ? "a few" : "many", strerrorname_np(errno));
}

static void folders(void) {
  long count = 0;
  while (mkdir("d", 0700) == 0 && chdir("d") == 0) count++;
  printf("folders: %s, then %s\n", count > 1000 ? "many" : "few", strerrorname_np(errno));
  char name[4096];
  printf("the innermost has a name: %d\n", getcwd(name, sizeof name) != NULL);
}

static void crashes(void) {
  for (int i = 0; i < 300; i++) {
    if (fork() == 0) *(volatile int *)8 = 1;
    wait(NULL);
  }
}

static void numbers(void) {
  for (long number = 5000; number < 8000; number++) syscall(number);
}

int main(int argc, char **argv) {
  (void)argc;
  switch (argv[1][0]) {
    case 's': signals(); break;
    case 't': timers(); break;
    case 'r': regions(); break;
    case 'f': folders(); break;
    case 'c': crashes(); break;
    case 'n': numbers(); break;
  }
  return 0;
}
