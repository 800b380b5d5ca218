/*
 * Calls that may fail for want of memory, made until they do not. With a kernel that refuses the first
 * allocation of a call, then the second of the next try, and so on, every path of failure is taken once.
 */
#ifndef RETRY_H
#define RETRY_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE 4096L
#define MIB (1L << 20)
#define RW (PROT_READ | PROT_WRITE)
#define PRIVATE (MAP_PRIVATE | MAP_ANONYMOUS)
#define SHARED (MAP_SHARED | MAP_ANONYMOUS)
/* More tries than any call has allocations. */
#define MOST_TRIES 200

/* The call's result once it is none of these errors. */
#define TRY(...)                                             \
  ({                                                         \
    long result_;                                            \
    int tries_ = 0;                                          \
    do {                                                     \
      errno = 0;                                             \
      result_ = (long)(__VA_ARGS__);                         \
      if (++tries_ > MOST_TRIES) giveUp(#__VA_ARGS__);       \
    } while (result_ == -1 && isShortage(errno));            \
    result_;                                                 \
  })
/* As TRY, where anything but success is a mistake. */
#define MUST(...)                                            \
  ({                                                         \
    long must_ = TRY(__VA_ARGS__);                           \
    if (must_ == -1) fail(#__VA_ARGS__);                     \
    must_;                                                   \
  })

/* stdio would allocate: lines are built here and written whole. */
static inline void say(const char *format, ...) {
  char line[256];
  __builtin_va_list arguments;
  __builtin_va_start(arguments, format);
  int length = vsnprintf(line, sizeof line, format, arguments);
  __builtin_va_end(arguments);
  for (int done = 0; done < length;) {
    ssize_t count = write(1, line + done, length - done);
    if (count > 0) done += count;
  }
}

static inline void giveUp(const char *call) {
  say("%s: tried too often, last with %s\n", call, strerror(errno));
  _exit(90);
}

static inline void fail(const char *call) {
  say("%s: %s\n", call, strerror(errno));
  _exit(91);
}

/* What a call may answer that found no memory: for itself, or for the page it copies to or from. */
static inline int isShortage(int error) {
  return error == ENOMEM || error == EFAULT || error == EAGAIN || error == ENOSPC ||
         error == ENOBUFS;
}

static inline char *map(long pages, int flags, int fd) {
  return (char *)MUST(mmap(NULL, pages * PAGE, RW, flags, fd, 0));
}

static inline void fill(char *at, long pages, int letter) {
  for (long i = 0; i < pages; i++) memset(at + i * PAGE, letter + (int)i, PAGE);
}

static inline unsigned digest(const char *at, long bytes) {
  unsigned sum = 17;
  for (long i = 0; i < bytes; i++) sum = sum * 31 + (unsigned char)at[i];
  return sum;
}

/* Transfers that stop part-way go on. */
static inline void writeAll(int fd, const char *from, long bytes) {
  for (long done = 0; done < bytes;) done += MUST(write(fd, from + done, bytes - done));
}

static inline void readAll(int fd, char *to, long bytes) {
  for (long done = 0; done < bytes;) {
    long count = MUST(read(fd, to + done, bytes - done));
    if (count == 0) fail("read: the end");
    done += count;
  }
}

/* Runs the block in a child and waits for it. */
#define IN_CHILD for (pid_t child_ = (pid_t)MUST(fork()); isChildToRun(child_); _exit(0))

/* As wait(2)'s status. The child is not let go before it is known how it ended. */
static inline int waitFor(pid_t child) {
  siginfo_t info;
  MUST(waitid(P_PID, child, &info, WEXITED | WNOWAIT));
  MUST(waitid(P_PID, child, NULL, WEXITED));
  return info.si_code == CLD_EXITED ? info.si_status << 8 : info.si_status;
}

static inline int isChildToRun(pid_t child) {
  if (child == 0) return 1;
  int how = waitFor(child);
  if (how != 0) say("a child ended with %#x\n", how);
  return 0;
}

#endif
