// A program that leads a session on a terminal and keeps a log of it. With an argument, the path of
// the log, it does so on the terminal that it was started on; without one on a pseudo-terminal that it
// makes, of which it is the master itself.
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int log_fd;

struct session {
  int master;
  int log;
};

// Returns to the master only.
static struct session start_session(int argc, char **argv, void (*lead)(void)) {
  int log[2];
  if (argc > 1) {
    log_fd = open(argv[1], O_WRONLY | O_CREAT | O_APPEND, 0600);
    lead();
  }
  pipe(log);
  log_fd = log[1];
  int master = posix_openpt(O_RDWR | O_NOCTTY);
  grantpt(master);
  unlockpt(master);
  char *name = strdup(ptsname(master));
  if (fork() == 0) {
    setsid();
    int slave = open(name, O_RDWR);
    for (int fd = 0; fd < 3; fd++) dup2(slave, fd);
    close(slave);
    close(master);
    close(log[0]);
    lead();
  }
  close(log[1]);
  return (struct session){master, log[0]};
}

static void show_log(int log) {
  char text[4096];
  ssize_t count;
  while ((count = read(log, text, sizeof text)) > 0) fwrite(text, 1, (size_t)count, stdout);
}
