// Named pipes: each side waits for the other to open it.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void say(const char *what, long result) {
  if (result < 0) printf("%s: %s\n", what, strerrorname_np(errno));
  else printf("%s: %ld\n", what, result);
  fflush(stdout);
}

static void events(const char *what, int fd) {
  struct pollfd p = {.fd = fd, .events = POLLIN | POLLOUT};
  poll(&p, 1, 0);
  printf("%s: events %x\n", what, p.revents);
  fflush(stdout);
}

static void handler(int signal) {}

int main(void) {
  char dir[] = "/tmp/fifosXXXXXX", bytes[100] = {0};
  if (!mkdtemp(dir) || chdir(dir)) return 1;
  int status;
  say("make", mkfifo("fifo", 0600));
  say("again", mkfifo("fifo", 0600));
  say("writer, not waiting", open("fifo", O_WRONLY | O_NONBLOCK));
  int reader = open("fifo", O_RDONLY | O_NONBLOCK);
  say("read, no writer", read(reader, bytes, 10));
  events("no writer yet", reader);
  int writer = open("fifo", O_WRONLY | O_NONBLOCK);
  say("read, a writer", read(reader, bytes, 10));
  events("a writer", reader);
  say("write", write(writer, "hello", 5));
  close(writer);
  events("it is gone", reader);
  say("read", read(reader, bytes, 10));
  say("read", read(reader, bytes, 10));
  events("empty", reader);
  close(reader);
  int both = open("fifo", O_RDWR);
  say("write", write(both, "self", 4));
  say("read", read(both, bytes, 10));
  say("write", write(both, "nobody will read", 16));
  say("larger", fcntl(both, F_SETPIPE_SZ, 1 << 17) == 1 << 17);
  close(both);
  both = open("fifo", O_RDWR | O_NONBLOCK);
  say("read when all had left it", read(both, bytes, 10));
  say("as large as before", fcntl(both, F_GETPIPE_SZ));
  close(both);

  // The reader waits; the writer comes, writes and goes before the reader has looked.
  for (int late = 0; late < 2; late++) {
    pid_t child = fork();
    if (child == 0) {
      if (late) usleep(20000);
      int fd = open("fifo", O_WRONLY);
      _exit(write(fd, "from the child", 14));
    }
    if (!late) usleep(20000);
    int fd = open("fifo", O_RDONLY);
    memset(bytes, 0, sizeof bytes);
    long count = read(fd, bytes, 100);
    printf("%ld %s\n", count, bytes);
    say("end", read(fd, bytes, 100));
    close(fd);
    waitpid(child, &status, 0);
    printf("status %d\n", WEXITSTATUS(status));
  }
  struct sigaction action = {.sa_handler = handler};
  sigaction(SIGALRM, &action, 0);
  sigaction(SIGPIPE, &action, 0);
  ualarm(20000, 20000);
  say("interrupted", open("fifo", O_RDONLY));
  ualarm(0, 0);
  say("it is no reader", open("fifo", O_WRONLY | O_NONBLOCK));
  pid_t child = fork();
  if (child == 0) _exit(open("fifo", O_RDONLY) >= 0);
  usleep(20000);
  kill(child, SIGKILL);
  waitpid(child, 0, 0);
  say("nor is a dead one", open("fifo", O_WRONLY | O_NONBLOCK));
  unlink("fifo");
  rmdir(dir);

  /* Whoever runs this may be nice already. */
  int start = getpriority(PRIO_PROCESS, 0);
  say("nice", nice(5) - start);
  say("nicer", setpriority(PRIO_PROCESS, 0, start + 7));
  say("priority", getpriority(PRIO_PROCESS, getpid()) - start);
  say("less nice", setpriority(PRIO_PROCESS, 0, start + 3));
  child = fork();
  if (child == 0) _exit(getpriority(PRIO_PROCESS, 0) - start);
  waitpid(child, &status, 0);
  printf("a child: %d\n", WEXITSTATUS(status));
  say("too nice", setpriority(PRIO_PROCESS, 0, 100));
  say("at most", getpriority(PRIO_PROCESS, 0));
  say("no such process", getpriority(PRIO_PROCESS, 99999999));
  say("no such kind", getpriority(9, 0));
  return 0;
}
