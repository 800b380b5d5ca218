// Time, poll, select and non-blocking files.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/select.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long milliseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int main(void) {
  setvbuf(stdout, 0, _IOLBF, 0);
  long start = milliseconds();
  usleep(30000);
  printf("slept enough: %d\n", milliseconds() - start >= 30);
  struct timespec bad = {0, 1000000000};
  printf("bad time: %s\n", nanosleep(&bad, 0) ? strerrorname_np(errno) : "?");
  struct timespec at;
  clock_gettime(CLOCK_REALTIME, &at);
  printf("after 2025: %d\n", at.tv_sec > 1735689600);
  int fds[2];
  pipe2(fds, O_NONBLOCK);
  char buf[70000];
  printf("empty pipe: %s\n", read(fds[0], buf, 1) < 0 ? strerrorname_np(errno) : "?");
  printf("large write: %ld\n", (long)write(fds[1], buf, sizeof buf));
  printf("full pipe: %s\n", write(fds[1], buf, 1) < 0 ? strerrorname_np(errno) : "?");
  struct pollfd polled[3] = {{fds[0], POLLIN, 0}, {fds[1], POLLOUT, 0}, {77, POLLIN, 0}};
  printf("poll: %d", poll(polled, 3, 0));
  for (int i = 0; i < 3; i++) printf(" %x", polled[i].revents);
  printf("\n");
  read(fds[0], buf, sizeof buf);
  start = milliseconds();
  int count = poll(polled, 1, 20);
  printf("poll times out: %d after 20 ms: %d\n", count, milliseconds() - start >= 20);
  if (fork() == 0) {
    usleep(10000);
    write(fds[1], "x", 1);
    _exit(0);
  }
  count = poll(polled, 1, 5000);
  printf("poll wakes: %d %x\n", count, polled[0].revents);
  wait(0);
  fd_set readable;
  FD_ZERO(&readable);
  FD_SET(fds[0], &readable);
  struct timeval second = {1, 0};
  count = select(fds[0] + 1, &readable, 0, 0, &second);
  printf("select: %d %d\n", count, FD_ISSET(fds[0], &readable));
  read(fds[0], buf, 1);
  close(fds[1]);
  poll(polled, 1, -1);
  printf("hang-up: %x\n", polled[0].revents);
  printf("end: %ld\n", (long)read(fds[0], buf, 1));
  pipe(fds);
  if (fork() == 0) {
    close(fds[0]);
    for (int i = 0; i < 5; i++) {
      usleep(5000);
      write(fds[1], "tick", 4);
    }
    _exit(0);
  }
  close(fds[1]);
  for (long n; (n = read(fds[0], buf, sizeof buf)) > 0;) printf("got %ld\n", n);
  wait(0);
  struct stat st;
  fstat(fds[0], &st);
  printf("fifo %d\n", S_ISFIFO(st.st_mode));
  printf("seek: %s\n", lseek(fds[0], 0, SEEK_SET) < 0 ? strerrorname_np(errno) : "?");
  return 0;
}
