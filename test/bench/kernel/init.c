// The first process of the Linux that `npm run bench -- kernel --linux` boots: runs the benchmark as
// an ordinary user, on the console, and switches the machine off.
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <sys/reboot.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

enum { USER = 1000 };
static char *const program[] = {"/operations", NULL};
static char *const environment[] = {NULL};

static void become_user_and_run(void) {
  if (setgid(USER) == 0 && setuid(USER) == 0) execve(program[0], program, environment);
  perror("init");
  _exit(1);
}

int main(void) {
  pid_t child = fork();
  if (child == 0) become_user_and_run();
  if (child < 0) perror("init: fork");
  waitpid(child, NULL, 0);
  // Everything reaches the serial line before the power goes.
  fflush(stdout);
  tcdrain(STDOUT_FILENO);
  reboot(RB_POWER_OFF);
  perror("init: reboot");
  return 1;
}
