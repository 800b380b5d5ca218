// RLIMIT_CPU: a warning at the soft limit, which then moves on, and death at the hard one.
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile sig_atomic_t warnings;

static void countWarning(int signal, siginfo_t *info, void *context) {
  (void)signal;
  (void)context;
  warnings += info->si_code == SI_KERNEL;
}

int main(void) {
  struct sigaction action = {.sa_sigaction = countWarning, .sa_flags = SA_SIGINFO};
  struct rlimit limit;
  int status;
  sigaction(SIGXCPU, &action, NULL);
  setrlimit(RLIMIT_CPU, &(struct rlimit){1, 2});
  pid_t child = fork();
  if (child == 0) {
    // The limit is the parent's, the time that counts is its own.
    while (warnings == 0) {
    }
    getrlimit(RLIMIT_CPU, &limit);
    printf("after the first warning: %ld of %ld\n", (long)limit.rlim_cur, (long)limit.rlim_max);
    fflush(stdout);
    for (;;) {
    }
  }
  waitpid(child, &status, 0);
  printf("ended by signal %d after %d warnings here\n", WTERMSIG(status), (int)warnings);
  return 0;
}
