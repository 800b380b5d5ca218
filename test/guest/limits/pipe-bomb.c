/* Fills pipes and sockets without end, in many processes, while a bystander works on. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/sysinfo.h>
#include <sys/wait.h>
#include <unistd.h>

static char block[65536];

static long megabytesFree(void) {
  struct sysinfo about;
  sysinfo(&about);
  return (long)(about.freeram >> 20);
}

static void fill(int isSocket) {
  int ends[2];
  while ((isSocket ? socketpair(AF_UNIX, SOCK_STREAM, 0, ends) : pipe2(ends, 0)) == 0) {
    fcntl(ends[1], F_SETFL, O_NONBLOCK);
    while (write(ends[1], block, sizeof block) > 0) {
    }
  }
  pause();
}

int main(void) {
  setvbuf(stdout, NULL, _IONBF, 0);
  long before = megabytesFree();
  for (int round = 0; round < 2; round++) {
    pid_t all[20];
    for (int i = 0; i < 20; i++) {
      all[i] = fork();
      if (all[i] == 0) fill(round);
    }
    sleep(5);
    int killed = 0;
    for (int i = 0; i < 20; i++) {
      int how;
      kill(all[i], SIGTERM);
      waitpid(all[i], &how, 0);
      killed += WTERMSIG(how) == SIGKILL;
    }
    printf("%s: %s are killed for memory, all of it is back: %d\n", round ? "sockets" : "pipes",
           killed > 0 ? "some" : "none", megabytesFree() >= before - 1);
  }
  return 0;
}
