// eventfd and epoll: counters, level and edge, one-shot, nesting, order, errors.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void say(const char *what, long result) {
  if (result < 0) printf("%s: %s\n", what, strerrorname_np(errno));
  else printf("%s: %ld\n", what, result);
  fflush(stdout);
}

static int control(int epoll, int operation, int fd, uint32_t events, uint64_t data) {
  struct epoll_event event = {.events = events, .data.u64 = data};
  return epoll_ctl(epoll, operation, fd, &event);
}

// What is ready now, as "data:events".
static void ready(const char *what, int epoll, int max) {
  struct epoll_event events[16];
  memset(events, 0, sizeof events);
  int count = epoll_wait(epoll, events, max, 0);
  printf("%s:", what);
  if (count < 0) printf(" %s", strerrorname_np(errno));
  for (int i = 0; i < count; i++) printf(" %lx:%x", (long)events[i].data.u64, events[i].events);
  printf("\n");
  fflush(stdout);
}

static void put(int fd, uint64_t value) { say("  write", write(fd, &value, 8)); }

static void get(int fd) {
  uint64_t value = 0;
  long count = read(fd, &value, 8);
  if (count < 0) say("  read", count);
  else printf("  read %lu\n", (unsigned long)value);
}

static void eventfds(void) {
  int fd = eventfd(3, EFD_NONBLOCK), semaphore = eventfd(2, EFD_SEMAPHORE | EFD_NONBLOCK);
  get(fd);
  get(fd);
  put(fd, 0);
  get(fd);
  put(fd, UINT64_MAX - 1);
  put(fd, 1);
  put(fd, UINT64_MAX);
  struct pollfd p = {.fd = fd, .events = POLLIN | POLLOUT};
  poll(&p, 1, 0);
  printf("full: %x\n", p.revents);
  get(fd);
  poll(&p, 1, 0);
  printf("empty: %x\n", p.revents);
  char small[4];
  say("a short read", read(fd, small, 4));
  say("a short write", write(fd, small, 4));
  say("a bad address", write(fd, (void *)8, 8));
  for (int i = 0; i < 3; i++) get(semaphore);
  say("bad flags", eventfd(0, 64));
  printf("flags %x\n", fcntl(fd, F_GETFL));
  struct stat st;
  fstat(fd, &st);
  printf("mode %o, size %ld\n", st.st_mode, (long)st.st_size);
  char name[64] = "", link[64];
  sprintf(link, "/proc/self/fd/%d", fd);
  readlink(link, name, sizeof name - 1);
  printf("%s\n", name);
  say("seek", lseek(fd, 5, SEEK_SET));
  close(fd);
  close(semaphore);
  // A read that waits for another process, and a write that waits for room.
  int waits = eventfd(0, 0);
  pid_t child = fork();
  if (child == 0) {
    usleep(20000);
    uint64_t value = 7;
    write(waits, &value, 8);
    _exit(0);
  }
  get(waits);
  waitpid(child, 0, 0);
  put(waits, UINT64_MAX - 1);
  child = fork();
  if (child == 0) {
    usleep(20000);
    uint64_t value;
    read(waits, &value, 8);
    _exit(value == UINT64_MAX - 1 ? 3 : 4);
  }
  put(waits, 5);
  int status;
  waitpid(child, &status, 0);
  printf("status %d\n", WEXITSTATUS(status));
  get(waits);
  close(waits);
}

static void levels_and_edges(void) {
  int epoll = epoll_create1(EPOLL_CLOEXEC), p[2];
  pipe2(p, O_NONBLOCK);
  char bytes[100] = {0};
  say("level", control(epoll, EPOLL_CTL_ADD, p[0], EPOLLIN, 1));
  ready("nothing", epoll, 16);
  write(p[1], bytes, 10);
  ready("level", epoll, 16);
  ready("level stays", epoll, 16);
  read(p[0], bytes, 10);
  ready("level is over", epoll, 16);

  write(p[1], bytes, 10);
  say("edge", control(epoll, EPOLL_CTL_MOD, p[0], EPOLLIN | EPOLLET, 2));
  ready("edge: there already", epoll, 16);
  ready("edge: told once", epoll, 16);
  read(p[0], bytes, 5);
  ready("edge: a read is no edge", epoll, 16);
  write(p[1], bytes, 1);
  ready("edge: more came", epoll, 16);
  ready("edge: told once more", epoll, 16);
  write(p[1], bytes, 1);
  read(p[0], bytes, 100);
  ready("edge: came and went", epoll, 16);

  say("once", control(epoll, EPOLL_CTL_MOD, p[0], EPOLLIN | EPOLLONESHOT, 3));
  write(p[1], bytes, 1);
  ready("once", epoll, 16);
  write(p[1], bytes, 1);
  ready("not twice", epoll, 16);
  say("once again", control(epoll, EPOLL_CTL_MOD, p[0], EPOLLIN | EPOLLONESHOT, 4));
  ready("armed again", epoll, 16);
  close(p[1]);
  ready("a spent one hears no hang-up", epoll, 16);
  say("nothing asked", control(epoll, EPOLL_CTL_MOD, p[0], 0, 5));
  ready("hang-up is always told", epoll, 16);
  say("normal", control(epoll, EPOLL_CTL_MOD, p[0], EPOLLIN | EPOLLRDNORM | EPOLLRDHUP, 5));
  ready("normal", epoll, 16);
  close(p[0]);
  ready("closed", epoll, 16);

  // Writing: an edge comes with room in a pipe that was full.
  pipe2(p, O_NONBLOCK);
  say("out", control(epoll, EPOLL_CTL_ADD, p[1], EPOLLOUT | EPOLLET, 6));
  ready("room", epoll, 16);
  char page[4096] = {0};
  int pages = 0;
  while (write(p[1], page, sizeof page) > 0) pages++;
  printf("pages %d\n", pages);
  ready("full", epoll, 16);
  read(p[0], page, 100);
  ready("a part of a page", epoll, 16);
  read(p[0], page, sizeof page - 100);
  ready("a page", epoll, 16);
  read(p[0], page, sizeof page);
  ready("another page", epoll, 16);
  close(p[0]);
  ready("no reader", epoll, 16);
  close(p[1]);
  close(epoll);
}

static void order(void) {
  int epoll = epoll_create1(0), fds[4];
  for (int i = 0; i < 4; i++) {
    fds[i] = eventfd(0, EFD_NONBLOCK);
    control(epoll, EPOLL_CTL_ADD, fds[i], EPOLLIN, i);
  }
  put(fds[2], 1);
  put(fds[0], 1);
  put(fds[3], 1);
  ready("as they came", epoll, 16);
  ready("two of them", epoll, 2);
  ready("the others first", epoll, 2);
  ready("round and round", epoll, 2);
  get(fds[0]);
  ready("one less", epoll, 16);
  say("gone", control(epoll, EPOLL_CTL_DEL, fds[3], 0, 0));
  ready("one left", epoll, 16);
  // The same file under two numbers; it stays while one of them is open.
  int twin = dup(fds[2]);
  say("twin", control(epoll, EPOLL_CTL_ADD, twin, EPOLLIN, 9));
  ready("twins", epoll, 16);
  close(fds[2]);
  ready("the closed number still tells", epoll, 16);
  close(twin);
  ready("both gone", epoll, 16);
  close(epoll);
  for (int i = 0; i < 4; i++) close(fds[i]);
}

static void nesting(void) {
  int inner = epoll_create1(0), outer = epoll_create1(0), fd = eventfd(0, EFD_NONBLOCK);
  say("inner", control(inner, EPOLL_CTL_ADD, fd, EPOLLIN, 1));
  say("outer", control(outer, EPOLL_CTL_ADD, inner, EPOLLIN, 2));
  say("circle", control(inner, EPOLL_CTL_ADD, outer, EPOLLIN, 3));
  say("itself", control(inner, EPOLL_CTL_ADD, inner, EPOLLIN, 3));
  ready("quiet", outer, 16);
  put(fd, 1);
  struct pollfd p = {.fd = outer, .events = POLLIN};
  int count = poll(&p, 1, 0);
  printf("poll %d %x\n", count, p.revents);
  ready("outer", outer, 16);
  ready("outer again", outer, 16);
  ready("inner", inner, 16);
  get(fd);
  ready("quiet again", outer, 16);
  say("edge", control(outer, EPOLL_CTL_MOD, inner, EPOLLIN | EPOLLET, 4));
  put(fd, 1);
  ready("outer edge", outer, 16);
  ready("outer edge, once", outer, 16);
  put(fd, 1);
  ready("inner was ready all the time", outer, 16);
  int chain[8], last = outer;
  for (int i = 0; i < 6; i++) {
    chain[i] = epoll_create1(0);
    printf("chain %d: ", i);
    say("add", control(chain[i], EPOLL_CTL_ADD, last, EPOLLIN, i));
    last = chain[i];
  }
  for (int i = 0; i < 6; i++) close(chain[i]);
  close(inner);
  ready("inner closed", outer, 16);
  close(outer);
  close(fd);
}

static void errors(void) {
  int epoll = epoll_create1(0), fd = eventfd(0, 0), file = open("/etc", O_RDONLY);
  struct epoll_event event = {0};
  say("a directory", control(epoll, EPOLL_CTL_ADD, file, EPOLLIN, 0));
  say("/dev/null", control(epoll, EPOLL_CTL_ADD, open("/dev/null", O_RDWR), EPOLLIN, 0));
  say("a bad descriptor", control(epoll, EPOLL_CTL_ADD, 77, EPOLLIN, 0));
  say("a bad epoll", control(77, EPOLL_CTL_ADD, fd, EPOLLIN, 0));
  say("not an epoll", control(fd, EPOLL_CTL_ADD, epoll, EPOLLIN, 0));
  say("a bad operation", control(epoll, 9, fd, EPOLLIN, 0));
  say("not there: mod", control(epoll, EPOLL_CTL_MOD, fd, EPOLLIN, 0));
  say("not there: del", control(epoll, EPOLL_CTL_DEL, fd, EPOLLIN, 0));
  say("add", control(epoll, EPOLL_CTL_ADD, fd, EPOLLIN, 0));
  say("add again", control(epoll, EPOLL_CTL_ADD, fd, EPOLLIN, 0));
  say("a bad event", epoll_ctl(epoll, EPOLL_CTL_MOD, fd, (void *)8));
  say("delete with a null event", epoll_ctl(epoll, EPOLL_CTL_DEL, fd, 0));
  say("exclusive", control(epoll, EPOLL_CTL_ADD, fd, EPOLLIN | EPOLLEXCLUSIVE, 0));
  say("exclusive, modified", control(epoll, EPOLL_CTL_MOD, fd, EPOLLIN, 0));
  control(epoll, EPOLL_CTL_DEL, fd, 0, 0);
  say("exclusive, once", control(epoll, EPOLL_CTL_ADD, fd, EPOLLIN | EPOLLEXCLUSIVE | EPOLLONESHOT, 0));
  say("wait: no room", epoll_wait(epoll, &event, 0, 0));
  say("wait: not an epoll", epoll_wait(fd, &event, 1, 0));
  say("wait: bad descriptor", epoll_wait(77, &event, 1, 0));
  say("bad flags", epoll_create1(1));
  say("bad size", epoll_create(0));
  control(epoll, EPOLL_CTL_ADD, fd, EPOLLIN, 0);
  put(fd, 1);
  say("bad events address", epoll_wait(epoll, (void *)8, 1, 0));
  say("read", read(epoll, &event, 1));
  say("write", write(epoll, &event, 1));
  close(epoll);
  close(fd);
}

static int caught;
static void handler(int signal) { caught = signal; }

static void *writes_later(void *fd) {
  usleep(20000);
  uint64_t one = 1;
  write((int)(long)fd, &one, 8);
  return 0;
}

static void waiting(void) {
  int epoll = epoll_create1(0), fd = eventfd(0, EFD_NONBLOCK);
  control(epoll, EPOLL_CTL_ADD, fd, EPOLLIN | EPOLLET, 1);
  struct epoll_event event;
  struct timespec before, after, timeout = {0, 30000000};
  clock_gettime(CLOCK_MONOTONIC, &before);
  say("timeout", epoll_wait(epoll, &event, 1, 30));
  say("timeout of a timespec", epoll_pwait2(epoll, &event, 1, &timeout, 0));
  clock_gettime(CLOCK_MONOTONIC, &after);
  long passed = (after.tv_sec - before.tv_sec) * 1000 + (after.tv_nsec - before.tv_nsec) / 1000000;
  printf("%s\n", passed >= 60 && passed < 2000 ? "about 60 ms" : "another time");
  timeout.tv_nsec = -1;
  say("a bad timespec", epoll_pwait2(epoll, &event, 1, &timeout, 0));
  pthread_t thread;
  pthread_create(&thread, 0, writes_later, (void *)(long)fd);
  say("woken", epoll_wait(epoll, &event, 1, -1));
  pthread_join(thread, 0);
  // Added while another waits.
  int late = eventfd(1, 0);
  pid_t child = fork();
  if (child == 0) {
    usleep(20000);
    _exit(control(epoll, EPOLL_CTL_ADD, late, EPOLLIN, 8));
  }
  say("an addition wakes", epoll_wait(epoll, &event, 1, -1));
  printf("data %d\n", (int)event.data.u64);
  waitpid(child, 0, 0);
  control(epoll, EPOLL_CTL_DEL, late, 0, 0);
  // Signals: with SA_RESTART too the wait ends; a mask lets one in while it waits.
  struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART};
  sigaction(SIGALRM, &action, 0);
  ualarm(20000, 20000);
  say("interrupted", epoll_wait(epoll, &event, 1, -1));
  ualarm(0, 0);
  printf("caught %d\n", caught);
  caught = 0;
  sigset_t all, most;
  sigfillset(&all);
  most = all;
  sigdelset(&most, SIGALRM);
  sigprocmask(SIG_BLOCK, &all, 0);
  ualarm(20000, 0);
  say("let in", epoll_pwait(epoll, &event, 1, -1, &most));
  printf("caught %d\n", caught);
  sigset_t now;
  sigprocmask(SIG_UNBLOCK, &all, &now);
  printf("mask is back: %d\n", sigismember(&now, SIGALRM));
  say("bad set size", syscall(SYS_epoll_pwait, epoll, &event, 1, 0, &most, 4));
  close(epoll);
  close(fd);
}

/* Eight epolls of a process each watch one pipe: one byte concerns one of them, if all ask for that. */
static void crowd(uint32_t way) {
  int p[2], told[2];
  pipe(p);
  pipe(told);
  for (int i = 0; i < 8; i++) {
    if (fork() != 0) continue;
    struct epoll_event event;
    int epoll = epoll_create1(0);
    control(epoll, EPOLL_CTL_ADD, p[0], EPOLLIN | EPOLLET | way, 0);
    write(told[1], "r", 1);
    if (epoll_wait(epoll, &event, 1, 300) == 1) write(told[1], "w", 1);
    _exit(0);
  }
  char byte;
  for (int i = 0; i < 8; i++) read(told[0], &byte, 1);
  usleep(50000);
  write(p[1], "x", 1);
  for (int i = 0; i < 8; i++) wait(0);
  close(told[1]);
  int woken = 0;
  while (read(told[0], &byte, 1) == 1) woken++;
  printf("woken %s: %d\n", way ? "alone" : "together", woken);
  fflush(stdout);
  close(told[0]);
  close(p[0]);
  close(p[1]);
}

int main(void) {
  crowd(0);
  crowd(EPOLLEXCLUSIVE);
  eventfds();
  levels_and_edges();
  order();
  nesting();
  errors();
  waiting();
  return 0;
}
