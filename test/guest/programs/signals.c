/* Signals: handlers, masks, pending ones, order, SIGCHLD, interrupted calls, the alternate stack. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* A function, because the arguments of one printf are evaluated in no fixed order. */
static void show(const char *what, long result) {
  printf("%s: %ld %s\n", what, result, result < 0 ? strerror(errno) : "");
}

static volatile sig_atomic_t counts[NSIG];
static volatile sig_atomic_t last_pid;
static volatile sig_atomic_t on_alternate;
static char alternate[65536];

static void count(int signal) { counts[signal]++; }
static void remember(int signal, siginfo_t *info, void *context) {
  (void)context;
  counts[signal]++;
  last_pid = info->si_pid;
}
static void where(int signal) {
  char local;
  counts[signal]++;
  on_alternate = &local >= alternate && &local < alternate + sizeof alternate;
}

static void handle(int signal, void (*handler)(int), int flags) {
  struct sigaction action = {.sa_handler = handler};
  action.sa_flags = flags;
  sigemptyset(&action.sa_mask);
  sigaction(signal, &action, NULL);
}

int main(void) {
  handle(SIGUSR1, count, 0);
  raise(SIGUSR1);
  kill(getpid(), SIGUSR1);
  printf("handled %d\n", counts[SIGUSR1]);

  sigset_t set, pending;
  sigemptyset(&set);
  sigaddset(&set, SIGUSR1);
  sigprocmask(SIG_BLOCK, &set, NULL);
  raise(SIGUSR1);
  raise(SIGUSR1);
  sigpending(&pending);
  printf("blocked: handled %d, pending %d %d\n", counts[SIGUSR1], sigismember(&pending, SIGUSR1),
         sigismember(&pending, SIGUSR2));
  sigprocmask(SIG_UNBLOCK, &set, NULL);
  printf("unblocked: handled %d (two were one)\n", counts[SIGUSR1]);

  struct sigaction action = {.sa_sigaction = remember};
  action.sa_flags = SA_SIGINFO;
  sigemptyset(&action.sa_mask);
  sigaction(SIGUSR2, &action, NULL);
  raise(SIGUSR2);
  printf("sent by myself: %d\n", last_pid == getpid());

  handle(SIGUSR1, count, (int)SA_RESETHAND);
  raise(SIGUSR1);
  struct sigaction now;
  sigaction(SIGUSR1, NULL, &now);
  printf("reset after one: %d\n", now.sa_handler == SIG_DFL);

  stack_t stack = {.ss_sp = alternate, .ss_size = sizeof alternate};
  sigaltstack(&stack, NULL);
  handle(SIGUSR1, where, SA_ONSTACK);
  raise(SIGUSR1);
  printf("on the alternate stack: %d\n", on_alternate);
  handle(SIGUSR1, where, 0);
  raise(SIGUSR1);
  printf("on the ordinary one: %d\n", !on_alternate);

  int ends[2];
  if (pipe(ends) < 0) return 1;
  handle(SIGUSR1, count, 0);
  fflush(stdout);
  pid_t parent = getpid();
  sigprocmask(SIG_BLOCK, &set, NULL);
  handle(SIGCHLD, count, SA_RESTART);
  if (fork() == 0) {
    kill(parent, SIGUSR1);
    _exit(0);
  }
  sigset_t none;
  sigemptyset(&none);
  int before = counts[SIGUSR1];
  while (counts[SIGUSR1] == before) {
    int result = sigsuspend(&none);
    if (counts[SIGUSR1] != before) printf("sigsuspend %d %s\n", result, strerror(errno));
  }
  int status;
  wait(&status);
  printf("SIGCHLD handled %d\n", counts[SIGCHLD]);

  sigprocmask(SIG_UNBLOCK, &set, NULL);
  show("kill nobody", kill(1 << 22, 0));
  show("bad signal", kill(getpid(), 65));
  show("SIGKILL cannot be caught", sigaction(SIGKILL, &action, NULL));
  printf("ignored: %d\n", signal(SIGUSR2, SIG_IGN) != SIG_ERR && raise(SIGUSR2) == 0);
  fflush(stdout);
  pid_t child = fork();
  if (child == 0) {
    signal(SIGTERM, SIG_DFL);
    raise(SIGTERM);
    _exit(0);
  }
  waitpid(child, &status, 0);
  printf("by default SIGTERM ends: %d\n", WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
  child = fork();
  if (child == 0) {
    raise(SIGSTOP);
    _exit(4);
  }
  waitpid(child, &status, WUNTRACED);
  printf("stopped %d\n", WIFSTOPPED(status) && WSTOPSIG(status) == SIGSTOP);
  kill(child, SIGCONT);
  waitpid(child, &status, 0);
  printf("continued and exited with %d\n", WEXITSTATUS(status));
  return 0;
}
