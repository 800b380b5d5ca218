// What a terminal in raw mode gives by VMIN and VTIME. Without an argument: makes a pseudo-terminal,
// runs `ask` on it, types "abcd" at the "?" and shows the log. With one: the path of the log; whoever
// started this types.
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

static int log_fd;

static void say(const char *what, long value) {
  char line[100];
  write(log_fd, line, (size_t)snprintf(line, sizeof line, "%s: %ld\n", what, value));
}

static void configure(int least, int time) {
  struct termios settings;
  tcgetattr(0, &settings);
  settings.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ISIG);
  settings.c_cc[VMIN] = (cc_t)least;
  settings.c_cc[VTIME] = (cc_t)time;
  tcsetattr(0, TCSANOW, &settings);
}

static long milliseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void say_read(const char *what) {
  char bytes[10];
  say(what, read(0, bytes, sizeof bytes));
}

static void say_poll(const char *what) {
  struct pollfd ready = {0, POLLIN, 0};
  poll(&ready, 1, 0);
  say(what, ready.revents);
}

static void ask(void) {
  long start;
  char byte;
  configure(1, 0);
  write(1, "?", 1);
  say("the first byte", read(0, &byte, 1));
  configure(0, 250);
  start = milliseconds();
  say("a byte that is there", read(0, &byte, 1));
  say("waited", milliseconds() - start >= 20000);
  configure(3, 0);
  say_poll("poll of two of three");
  configure(3, 1);
  say_poll("poll of two of three, timed");
  configure(2, 0);
  say_poll("poll of two");
  say_read("two");
  configure(0, 0);
  say_read("nothing, at once");
  say_poll("poll of nothing");
  configure(0, 2);
  start = milliseconds();
  say_read("nothing, after a while");
  say("waited", milliseconds() - start >= 190);
  say_poll("poll of nothing");
  _exit(0);
}

int main(int argc, char **argv) {
  if (argc > 1) {
    log_fd = open(argv[1], O_WRONLY | O_CREAT | O_APPEND, 0600);
    ask();
  }
  int log[2];
  pipe(log);
  log_fd = log[1];
  int master = posix_openpt(O_RDWR | O_NOCTTY);
  grantpt(master);
  unlockpt(master);
  char *name = strdup(ptsname(master)), text[1000];
  if (fork() == 0) {
    setsid();
    int slave = open(name, O_RDWR);
    for (int fd = 0; fd < 3; fd++) dup2(slave, fd);
    ask();
  }
  close(log[1]);
  read(master, text, 1);
  write(master, "abcd", 4);
  for (ssize_t count; (count = read(log[0], text, sizeof text)) > 0;) fwrite(text, 1, (size_t)count, stdout);
  return 0;
}
