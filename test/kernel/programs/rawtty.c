// What a terminal in raw mode gives by VMIN and VTIME, where "abcd" is typed at the "?".
#include "on-terminal.h"

#include <poll.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <time.h>

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
  struct session session = start_session(argc, argv, ask);
  char text[1];
  read(session.master, text, 1);
  write(session.master, "abcd", 4);
  show_log(session.log);
  return 0;
}
