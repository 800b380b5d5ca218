/* kill [-SIGNAL] PID…: SIGNAL is a number or a name such as INT; TERM without one. */
#include <ctype.h>
#include <signal.h>
#include <stdlib.h>
#include "complain.h"

static const struct {
  const char *name;
  int number;
} signals[] = {
    {"HUP", SIGHUP},   {"INT", SIGINT},   {"QUIT", SIGQUIT}, {"ABRT", SIGABRT}, {"KILL", SIGKILL},
    {"USR1", SIGUSR1}, {"SEGV", SIGSEGV}, {"USR2", SIGUSR2}, {"PIPE", SIGPIPE}, {"ALRM", SIGALRM},
    {"TERM", SIGTERM}, {"CHLD", SIGCHLD}, {"CONT", SIGCONT}, {"STOP", SIGSTOP}, {"TSTP", SIGTSTP},
};

static int number_of(const char *name) {
  if (isdigit((unsigned char)*name)) return atoi(name);
  if (strncmp(name, "SIG", 3) == 0) name += 3;
  for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
    if (strcmp(signals[i].name, name) == 0) return signals[i].number;
  }
  return -1;
}

int main(int argc, char **argv) {
  int first = 1, signal_number = SIGTERM;
  if (argc > 1 && argv[1][0] == '-' && argv[1][1]) {
    signal_number = number_of(argv[1] + 1);
    first = 2;
  }
  if (signal_number < 0 || first >= argc) {
    fprintf(stderr, "usage: kill [-SIGNAL] PID…   (SIGNAL: a number, or a name such as INT)\n");
    return 2;
  }
  for (int i = first; i < argc; i++) {
    char *end;
    long pid = strtol(argv[i], &end, 10);
    if (*end || end == argv[i]) {
      fprintf(stderr, "kill: %s: not a process number\n", argv[i]);
      exit_status = 1;
    } else if (kill((pid_t)pid, signal_number) < 0) {
      complain("kill", argv[i]);
    }
  }
  return exit_status;
}
