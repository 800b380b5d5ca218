// What a session hears and gets when its terminal hangs up, which whoever started it does after
// "ready".
#include "on-terminal.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>

static void say(const char *who, const char *what, long value) {
  char line[100];
  int length = snprintf(line, sizeof line, "%s: %s %ld\n", who, what, value);
  write(log_fd, line, (size_t)length);
}

static sigset_t watched(void) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGHUP);
  sigaddset(&set, SIGCONT);
  return set;
}

// The signals that come until none has come for a while; at least `least` of them.
static void say_signals(const char *who, int least) {
  sigset_t set = watched();
  struct timespec little = {0, 100000000};
  for (int count = 0;; count++) {
    int number = count < least ? sigwaitinfo(&set, NULL) : sigtimedwait(&set, NULL, &little);
    if (number < 0) break;
    say(who, "signal", number);
  }
}

static void say_terminal(const char *who) {
  char byte;
  struct termios settings;
  struct winsize size;
  struct pollfd ready = {0, POLLIN | POLLOUT, 0};
  int group = getpgrp();
  say(who, "read", read(0, &byte, 1));
  say(who, "write", write(1, "x", 1) < 0 ? -errno : 0);
  say(who, "tcgetattr", tcgetattr(0, &settings) < 0 ? -errno : 0);
  say(who, "TIOCGWINSZ", ioctl(0, TIOCGWINSZ, &size) < 0 ? -errno : 0);
  say(who, "TIOCSPGRP", ioctl(0, TIOCSPGRP, &group) < 0 ? -errno : 0);
  poll(&ready, 1, 0);
  say(who, "poll", ready.revents);
  int fd = open("/dev/tty", O_RDWR);
  say(who, "/dev/tty", fd < 0 ? -errno : 0);
}

static void lead(void) {
  sigset_t set = watched();
  int done[2], later[2], started[2];
  char byte;
  sigprocmask(SIG_BLOCK, &set, NULL);
  signal(SIGTTOU, SIG_IGN);
  pipe(done);
  pipe(later);
  pipe(started);
  pid_t stopped = fork();
  if (stopped == 0) {
    setpgid(0, 0);
    close(done[1]);
    close(later[1]);
    raise(SIGSTOP); // nobody will be left to continue it
    read(later[0], &byte, 1); // until the background has ended
    say_signals("stopped", 2);
    _exit(0);
  }
  waitpid(stopped, NULL, WUNTRACED);
  if (fork() == 0) {
    setpgid(0, 0);
    close(done[1]);
    write(started[1], "b", 1);
    read(done[0], &byte, 1); // until the foreground has ended
    say_signals("background", 0);
    say_terminal("background");
    _exit(0);
  }
  if (fork() == 0) {
    setpgid(0, 0);
    close(done[0]);
    close(later[1]);
    tcsetpgrp(0, getpgrp());
    write(started[1], "f", 1);
    say_signals("foreground", 2);
    say_terminal("foreground");
    _exit(0);
  }
  close(done[0]);
  close(done[1]);
  close(later[1]);
  read(started[0], &byte, 1);
  read(started[0], &byte, 1);
  write(1, "ready", 5);
  say_signals("leader", 2);
  say_terminal("leader");
  _exit(0);
}

int main(int argc, char **argv) {
  struct session session = start_session(argc, argv, lead);
  char text[5];
  for (size_t length = 0; length < 5;) {
    length += (size_t)read(session.master, text, 5 - length);
  }
  write(session.master, "typed and lost\n", 15);
  close(session.master);
  show_log(session.log);
  return 0;
}
