/* Pipes: order, end of file, more than a pipe holds, a filter between two, EPIPE. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define TOTAL 300000

/* A function, because the arguments of one printf are evaluated in no fixed order. */
static void show(const char *what, long result) {
  printf("%s: %ld %s\n", what, result, result < 0 ? strerror(errno) : "");
}

static void produce(int fd) {
  unsigned char block[1000];
  for (int done = 0; done < TOTAL; done += (int)sizeof block) {
    for (size_t i = 0; i < sizeof block; i++) block[i] = (unsigned char)(done / 1000 + i);
    size_t at = 0;
    while (at < sizeof block) at += (size_t)write(fd, block + at, sizeof block - at);
  }
}

int main(void) {
  int first[2], second[2];
  if (pipe(first) < 0 || pipe(second) < 0) return 1;
  if (fork() == 0) { /* producer */
    close(first[0]), close(second[0]), close(second[1]);
    produce(first[1]);
    _exit(0);
  }
  if (fork() == 0) { /* filter: adds one to every byte */
    close(first[1]), close(second[0]);
    unsigned char bytes[777];
    ssize_t count;
    while ((count = read(first[0], bytes, sizeof bytes)) > 0) {
      for (ssize_t i = 0; i < count; i++) bytes[i]++;
      if (write(second[1], bytes, (size_t)count) != count) _exit(1);
    }
    _exit(0);
  }
  close(first[0]), close(first[1]), close(second[1]);
  unsigned long total = 0, sum = 0;
  unsigned char bytes[4096];
  ssize_t count;
  while ((count = read(second[0], bytes, sizeof bytes)) > 0) {
    for (ssize_t i = 0; i < count; i++) sum = sum * 31 + bytes[i];
    total += (unsigned long)count;
  }
  int status, failures = 0;
  while (wait(&status) > 0) failures += status != 0;
  printf("%lu bytes, checksum %lu, %d failures\n", total, sum, failures);

  int ends[2];
  if (pipe(ends) < 0) return 1;
  struct pollfd reader = {ends[0], POLLIN, 0};
  printf("empty: poll %d\n", poll(&reader, 1, 0));
  fcntl(ends[0], F_SETFL, O_NONBLOCK);
  show("empty: read", read(ends[0], bytes, 1));
  show("write", write(ends[1], "ab", 2));
  show("poll, not empty", poll(&reader, 1, 0));
  printf("readable %d\n", (reader.revents & POLLIN) != 0);
  show("read", read(ends[0], bytes, 100));
  printf("%.2s\n", (char *)bytes);
  show("seek", lseek(ends[0], 0, SEEK_SET));
  close(ends[0]);
  signal(SIGPIPE, SIG_IGN);
  show("no reader", write(ends[1], "x", 1));
  fflush(stdout);
  pid_t child = fork();
  if (child == 0) {
    signal(SIGPIPE, SIG_DFL);
    (void)!write(ends[1], "x", 1);
    _exit(0);
  }
  waitpid(child, &status, 0);
  printf("by default: signal %d\n", WTERMSIG(status) == SIGPIPE);
  return 0;
}
