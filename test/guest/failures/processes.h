/* Pipes, sockets, waiting, threads, signals, programs, memory of others, /proc. */
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <sys/un.h>

#include "retry.h"

static void pipes(void) {
  int ends[2];
  MUST(pipe2(ends, 0));
  MUST(fcntl(ends[0], F_SETPIPE_SZ, 1 << 17));
  static char out[3 * PAGE], in[3 * PAGE];
  fill(out, 3, 'o');
  writeAll(ends[1], out, sizeof out);
  int file = (int)MUST(memfd_create("spliced", 0));
  for (long left = PAGE; left > 0;) left -= MUST(splice(ends[0], NULL, file, NULL, left, 0));
  readAll(ends[0], in, 2 * PAGE);
  struct pollfd poller = {.fd = ends[1], .events = POLLOUT};
  MUST(poll(&poller, 1, 0));
  int set = (int)MUST(epoll_create1(0));
  struct epoll_event event = {.events = EPOLLOUT, .data.fd = 7};
  MUST(epoll_ctl(set, EPOLL_CTL_ADD, ends[1], &event));
  struct epoll_event got;
  MUST(epoll_wait(set, &got, 1, 0));
  int counter = (int)MUST(eventfd(3, 0));
  unsigned long value = 0;
  MUST(read(counter, &value, sizeof value));
  int timer = (int)MUST(timerfd_create(CLOCK_MONOTONIC, 0));
  struct itimerspec soon = {.it_value.tv_nsec = 1000};
  MUST(timerfd_settime(timer, 0, &soon, NULL));
  unsigned long expired = 0;
  MUST(read(timer, &expired, sizeof expired));
  int second = (int)MUST(dup(file));
  say("pipes: %u %d %d %lu %d\n", digest(in, 2 * PAGE), poller.revents == POLLOUT, got.data.fd,
      value, expired > 0);
  int all[] = {ends[0], ends[1], file, set, counter, timer, second};
  for (int i = 0; i < 7; i++) MUST(close(all[i]));
}

static void sockets(void) {
  int pair[2], passed = -1;
  MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
  char text[6] = "";
  union {
    char bytes[CMSG_SPACE(sizeof(int))];
    struct cmsghdr aligned;
  } control = {{0}};
  struct iovec part = {"hello", 5};
  struct msghdr message = {
      .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
  struct cmsghdr *header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof(int));
  memcpy(CMSG_DATA(header), &pair[0], sizeof(int));
  MUST(sendmsg(pair[0], &message, 0));
  part.iov_base = text;
  MUST(recvmsg(pair[1], &message, 0));
  memcpy(&passed, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(int));
  struct sockaddr_un name = {AF_UNIX, "\0failures"};
  int listener = (int)MUST(socket(AF_UNIX, SOCK_STREAM, 0));
  MUST(bind(listener, (struct sockaddr *)&name, 12));
  MUST(listen(listener, 1));
  int client = (int)MUST(socket(AF_UNIX, SOCK_STREAM, 0));
  MUST(connect(client, (struct sockaddr *)&name, 12));
  int server = (int)MUST(accept(listener, NULL, NULL));
  static char sent[2 * PAGE], got[2 * PAGE];
  fill(sent, 2, 'k');
  writeAll(client, sent, sizeof sent);
  readAll(server, got, sizeof got);
  say("sockets: %s %d %u\n", text, passed >= 0, digest(got, sizeof got));
  int all[] = {pair[0], pair[1], passed, listener, client, server};
  for (int i = 0; i < 6; i++) MUST(close(all[i]));
}

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static long sum;

static void *work(void *number) {
  for (int i = 0; i < 3; i++) {
    pthread_mutex_lock(&mutex);
    sum += (long)number;
    sched_yield();
    pthread_mutex_unlock(&mutex);
  }
  return NULL;
}

static void threads(void) {
  pthread_t all[3];
  /* The C library ends the program where a futex cannot be read. */
  MUST(mlockall(MCL_CURRENT));
  for (long i = 0; i < 3; i++) {
    int tries = 0;
    while (pthread_create(&all[i], NULL, work, (void *)(i + 1)) != 0) {
      if (++tries > MOST_TRIES) giveUp("pthread_create");
    }
  }
  for (int i = 0; i < 3; i++) pthread_join(all[i], NULL);
  MUST(munlockall());
  say("threads: %ld\n", sum);
}

static volatile int handled;

static void handle(int number) { handled = number; }

/* A handler whose frame finds no memory is the end of the program: one child a try. */
static void signals(void) {
  int how;
  int tries = 0;
  do {
    pid_t child = (pid_t)MUST(fork());
    if (child == 0) {
      stack_t stack = {.ss_sp = map(8, PRIVATE, -1), .ss_size = 8 * PAGE};
      MUST(sigaltstack(&stack, NULL));
      struct sigaction action = {.sa_handler = handle, .sa_flags = SA_ONSTACK};
      MUST(sigaction(SIGUSR1, &action, NULL));
      MUST(kill(getpid(), SIGUSR1));
      _exit(handled == SIGUSR1 ? 0 : 1);
    }
    how = waitFor(child);
    if (++tries > MOST_TRIES) giveUp("a handler");
  } while (WIFSIGNALED(how) && WTERMSIG(how) == SIGSEGV);
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGUSR2);
  MUST(sigprocmask(SIG_BLOCK, &set, NULL));
  int fd = (int)MUST(signalfd(-1, &set, 0));
  MUST(kill(getpid(), SIGUSR2));
  struct signalfd_siginfo info;
  MUST(read(fd, &info, sizeof info));
  say("signals: %d %d\n", WEXITSTATUS(how), info.ssi_signo == SIGUSR2);
  MUST(close(fd));
}

static void programs(char *self) {
  char *arguments[] = {self, "executed", NULL}, *environment[] = {"KEY=value", NULL};
  int byFork, tries = 0;
  do {
    pid_t child = (pid_t)MUST(fork());
    if (child == 0) {
      TRY(execve(self, arguments, environment));
      fail("execve");
    }
    byFork = waitFor(child);
    if (++tries > MOST_TRIES) giveUp("a program");
    /* Its C library gives up where it finds no memory. */
  } while (!WIFEXITED(byFork) || WEXITSTATUS(byFork) == 127);
  pid_t child = (pid_t)MUST(vfork());
  if (child == 0) _exit(5);
  int byVfork = waitFor(child);
  say("programs: %d %d\n", WEXITSTATUS(byFork), WEXITSTATUS(byVfork));
}

static void others(void) {
  char *from = map(3, PRIVATE, -1), *to = map(3, PRIVATE, -1);
  fill(from, 3, 'f');
  for (long done = 0; done < 3 * PAGE;) {
    struct iovec here = {to + done, 3 * PAGE - done}, there = {from + done, 3 * PAGE - done};
    done += MUST(process_vm_readv(getpid(), &here, 1, &there, 1, 0));
  }
  int memory = (int)MUST(open("/proc/self/mem", O_RDWR));
  MUST(pwrite(memory, "mem", 3, (long)to));
  MUST(close(memory));
  const char *names[] = {"maps", "smaps", "status", "pagemap", "stat"};
  int readable = 0;
  for (int i = 0; i < 5; i++) {
    char path[32], *text = map(4, PRIVATE, -1);
    snprintf(path, sizeof path, "/proc/self/%s", names[i]);
    int fd = (int)MUST(open(path, O_RDONLY));
    readable += MUST(read(fd, text, 2 * PAGE)) > 0;
    MUST(close(fd));
    MUST(munmap(text, 4 * PAGE));
  }
  say("others: %u %d\n", digest(to, 3 * PAGE), readable);
  MUST(munmap(from, 3 * PAGE));
  MUST(munmap(to, 3 * PAGE));
}
