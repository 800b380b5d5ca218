/*
 * What the programs of this folder share. Each is complete by itself: gcc NAME.c.
 * A call is shown with its text and its result, addresses only as offsets, so that the output is
 * the same on every Linux.
 */
#ifndef CASE_H
#define CASE_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#if __has_include(<sys/resource.h>)
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#else
#include "small-libc.h"
#endif

#define PAGE 4096L
#define MIB (1024L * 1024)
#define RW (PROT_READ | PROT_WRITE)
#define RWX (PROT_READ | PROT_WRITE | PROT_EXEC)
#define PRIVATE (MAP_PRIVATE | MAP_ANONYMOUS)
#define SHARED (MAP_SHARED | MAP_ANONYMOUS)

/* Shows a call and its result: a number, or -1 and the error's name. */
#define SHOW(...) show(#__VA_ARGS__, (long)(__VA_ARGS__))
/* As SHOW for a call that answers an address. */
#define SHOW_MAP(...) showMap(#__VA_ARGS__, (__VA_ARGS__))
/* Loads or stores a byte and shows it, or the signal that it led to. */
#define LOAD(address) load(#address, (char *)(address))
#define STORE(address, value) store(#address, (char *)(address), value)
/* Runs the block that follows in a child and waits for its end. */
#define IN_CHILD for (pid_t child_ = startChild(); isChildToRun(child_); endChild())

static inline const char *errorName(int error) {
  switch (error) {
    case EPERM: return "EPERM";
    case ENOENT: return "ENOENT";
    case ESRCH: return "ESRCH";
    case EINTR: return "EINTR";
    case EIO: return "EIO";
    case EBADF: return "EBADF";
    case ECHILD: return "ECHILD";
    case EAGAIN: return "EAGAIN";
    case ENOMEM: return "ENOMEM";
    case EACCES: return "EACCES";
    case EFAULT: return "EFAULT";
    case EBUSY: return "EBUSY";
    case EEXIST: return "EEXIST";
    case ENODEV: return "ENODEV";
    case EINVAL: return "EINVAL";
    case ETXTBSY: return "ETXTBSY";
    case EFBIG: return "EFBIG";
    case ENOSPC: return "ENOSPC";
    case ESPIPE: return "ESPIPE";
    case EPIPE: return "EPIPE";
    case ENOSYS: return "ENOSYS";
    case EOVERFLOW: return "EOVERFLOW";
    case EOPNOTSUPP: return "EOPNOTSUPP";
    case ENAMETOOLONG: return "ENAMETOOLONG";
  }
  static char other[24];
  snprintf(other, sizeof other, "errno %d", error);
  return other;
}

static inline long show(const char *call, long result) {
  int error = errno;
  if (result == -1) printf("%s = -1 %s\n", call, errorName(error));
  else printf("%s = %ld\n", call, result);
  return result;
}

static inline void *showMap(const char *call, void *result) {
  int error = errno;
  if (result == MAP_FAILED) printf("%s = -1 %s\n", call, errorName(error));
  else printf("%s is mapped\n", call);
  return result;
}

/* Accesses ------------------------------------------------------------------------------------- */

static sigjmp_buf caseRecovery;
static siginfo_t caseSignal;

static inline void caseFault(int number, siginfo_t *info, void *context) {
  (void)context;
  (void)number;
  caseSignal = *info;
  siglongjmp(caseRecovery, 1);
}

static inline void catchFaults(void) {
  struct sigaction action = {.sa_sigaction = caseFault, .sa_flags = SA_SIGINFO | SA_NODEFER};
  sigaction(SIGSEGV, &action, NULL);
  sigaction(SIGBUS, &action, NULL);
}

static inline void showFault(const char *access, const char *text, const char *at) {
  const char *name = caseSignal.si_signo == SIGBUS          ? "SIGBUS"
                     : caseSignal.si_code == SEGV_MAPERR    ? "SIGSEGV, no mapping"
                     : caseSignal.si_code == SEGV_ACCERR    ? "SIGSEGV, no permission"
                                                            : "SIGSEGV";
  printf("%s %s: %s", access, text, name);
  if (caseSignal.si_signo == SIGBUS) printf(" code %d", caseSignal.si_code);
  long offset = (char *)caseSignal.si_addr - at;
  if (offset != 0) printf(" at %+ld", offset);
  printf("\n");
}

static inline void load(const char *text, char *at) {
  catchFaults();
  if (sigsetjmp(caseRecovery, 1) == 0) {
    int value = *(volatile unsigned char *)at;
    printf("load %s: %d\n", text, value);
  } else {
    showFault("load", text, at);
  }
}

static inline void store(const char *text, char *at, int value) {
  catchFaults();
  if (sigsetjmp(caseRecovery, 1) == 0) {
    *(volatile unsigned char *)at = (unsigned char)value;
    printf("store %s: done\n", text);
  } else {
    showFault("store", text, at);
  }
}

/* Memory and files ----------------------------------------------------------------------------- */

static inline char *map(long pages) {
  return mmap(NULL, (size_t)(pages * PAGE), RW, PRIVATE, -1, 0);
}

/* Private pages of which each begins with its letter, all touched. */
static inline char *letters(long pages) {
  char *at = map(pages);
  for (long i = 0; i < pages; i++) memset(at + i * PAGE, (int)('A' + i), (size_t)PAGE);
  return at;
}

/* A file in memory of which each page is filled with its letter. */
static inline int letterFile(long pages) {
  int fd = memfd_create("letters", MFD_ALLOW_SEALING);
  char page[PAGE];
  for (long i = 0; i < pages; i++) {
    memset(page, (int)('A' + i), sizeof page);
    if (write(fd, page, sizeof page) != PAGE) _exit(99);
  }
  return fd;
}

/* "from-to " in hex, as a line of maps or smaps begins; false for another line. */
static inline int parseRange(const char *line, unsigned long *from, unsigned long *to) {
  char *end;
  *from = strtoul(line, &end, 16);
  if (*end != '-') return 0;
  *to = strtoul(end + 1, &end, 16);
  return *end == ' ';
}

/* The line of /proc/self/maps or smaps that holds the address; false if there is none. */
static inline int findRegion(FILE *file, const char *at, char *line, size_t size,
                             unsigned long *end) {
  unsigned long from, to;
  while (fgets(line, (int)size, file)) {
    if (!parseRange(line, &from, &to)) continue;
    if (from <= (unsigned long)at && (unsigned long)at < to) {
      *end = to;
      return 1;
    }
  }
  return 0;
}

/* One character a page: r w x a(ll) n(one) o(nly w) as maps tells; capital if shared; '.' unmapped. */
static inline void picture(const char *at, long pages) {
  static const char *const kinds[] = {"r--", "rw-", "r-x", "rwx", "---", "-w-", "--x", "-wx"};
  char drawn[512];
  for (long i = 0; i < pages; i++) {
    FILE *file = fopen("/proc/self/maps", "r");
    char line[512];
    unsigned long end;
    drawn[i] = '.';
    if (findRegion(file, at + i * PAGE, line, sizeof line, &end)) {
      const char *flags = strchr(line, ' ') + 1;
      for (int kind = 0; kind < 8; kind++) {
        if (strncmp(flags, kinds[kind], 3) == 0) drawn[i] = "rwxanoem"[kind];
      }
      if (flags[3] == 's') drawn[i] = (char)(drawn[i] - 32);
    }
    fclose(file);
  }
  printf("%.*s\n", (int)pages, drawn);
}

/* How many regions the pages consist of. */
static inline int regions(const char *at, long pages) {
  FILE *file = fopen("/proc/self/maps", "r");
  char line[512];
  int count = 0;
  unsigned long from, to, start = (unsigned long)at;
  while (fgets(line, sizeof line, file)) {
    if (!parseRange(line, &from, &to)) continue;
    if (from < start + (unsigned long)(pages * PAGE) && to > start) count++;
  }
  fclose(file);
  return count;
}

/* A number in kB of the region's part of /proc/self/smaps. */
static inline long smaps(const char *at, const char *name) {
  FILE *file = fopen("/proc/self/smaps", "r");
  char line[512];
  unsigned long end;
  long value = -1;
  size_t length = strlen(name);
  if (findRegion(file, at, line, sizeof line, &end)) {
    while (value < 0 && fgets(line, sizeof line, file)) {
      if (strncmp(line, name, length) == 0 && line[length] == ':') {
        value = strtol(line + length + 1, NULL, 10);
      }
    }
  }
  fclose(file);
  return value;
}

/* Whether the region has the two letters in its VmFlags. */
static inline int hasFlag(const char *at, const char *flag) {
  FILE *file = fopen("/proc/self/smaps", "r");
  char line[512];
  unsigned long end;
  int has = 0;
  if (findRegion(file, at, line, sizeof line, &end)) {
    while (fgets(line, sizeof line, file)) {
      if (strncmp(line, "VmFlags:", 8) != 0) continue;
      for (char *word = strtok(line + 8, " \n"); word; word = strtok(NULL, " \n")) {
        if (strcmp(word, flag) == 0) has = 1;
      }
      break;
    }
  }
  fclose(file);
  return has;
}

/* A number of /proc/self/status, in kB where it has a unit. */
static inline long status(const char *name) {
  FILE *file = fopen("/proc/self/status", "r");
  char line[256];
  long value = -1;
  size_t length = strlen(name);
  while (fgets(line, sizeof line, file)) {
    if (strncmp(line, name, length) == 0 && line[length] == ':') {
      value = strtol(line + length + 1, NULL, 10);
    }
  }
  fclose(file);
  return value;
}

/* One digit a page, as mincore answers. */
static inline void resident(const char *at, long pages) {
  unsigned char vector[512];
  if (mincore((void *)at, (size_t)(pages * PAGE), vector) != 0) {
    printf("mincore: %s\n", errorName(errno));
    return;
  }
  for (long i = 0; i < pages; i++) putchar('0' + (vector[i] & 1));
  putchar('\n');
}

/* The first character of each page, '0' for zero. */
static inline void contents(const char *at, long pages) {
  for (long i = 0; i < pages; i++) putchar(at[i * PAGE] ? at[i * PAGE] : '0');
  putchar('\n');
}

static inline void limit(int resource, unsigned long bytes) {
  struct rlimit both;
  getrlimit(resource, &both);
  both.rlim_cur = bytes;
  setrlimit(resource, &both);
}

static inline pid_t startChild(void) {
  fflush(stdout);
  return fork();
}

static inline void endChild(void) {
  fflush(stdout);
  _exit(0);
}

/* True in the child, once; the parent waits and tells how the child ended, unless well. */
static inline int isChildToRun(pid_t child) {
  int how;
  if (child == 0) return 1;
  waitpid(child, &how, 0);
  if (WIFSIGNALED(how)) printf("the child got signal %d\n", WTERMSIG(how));
  else if (how != 0) printf("the child exited with %d\n", WEXITSTATUS(how));
  return 0;
}

#endif
