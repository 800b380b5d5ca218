/* /proc of a process: smaps, pagemap, mem, limits, and the limits on memory, as they change. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE 4096

static void expect(const char *what, long result) {
  printf("%s: %ld%s%s\n", what, result, result < 0 ? " " : "", result < 0 ? strerror(errno) : "");
}

/* The rows of the smaps entry that begins at `start`; soft-dirty tracking is not everywhere. */
static void show_smaps(const char *what, const void *start) {
  static const char *const rows[] = {"Size", "KernelPageSize", "MMUPageSize", "Rss", "Shared_Clean",
    "Shared_Dirty", "Private_Clean", "Private_Dirty", "Anonymous", "LazyFree",
    "AnonHugePages", "Swap", "Locked", "VmFlags"};
  char line[512], wanted[32];
  int inside = 0;
  FILE *file = fopen("/proc/self/smaps", "r");
  snprintf(wanted, sizeof wanted, "%lx-", (unsigned long)start);
  printf("%s\n", what);
  while (fgets(line, sizeof line, file)) {
    if (line[0] < 'A' || line[0] > 'Z') {
      inside = strncmp(line, wanted, strlen(wanted)) == 0;
      continue;
    }
    for (unsigned i = 0; inside && i < sizeof rows / sizeof *rows; i++) {
      size_t length = strlen(rows[i]);
      if (strncmp(line, rows[i], length) || line[length] != ':') continue;
      char *soft = strstr(line, "sd ");
      if (soft) memmove(soft, soft + 3, strlen(soft + 3) + 1);
      printf("  %s", line);
    }
  }
  fclose(file);
}

/* Present and file bits of `count` pages; frame numbers are hidden. */
static void show_pagemap(const char *what, const void *start, int count) {
  uint64_t entry;
  int fd = open("/proc/self/pagemap", O_RDONLY);
  printf("%s:", what);
  for (int i = 0; i < count; i++) {
    off_t at = ((uintptr_t)start / PAGE + i) * 8;
    if (pread(fd, &entry, 8, at) != 8) entry = 0;
    printf(" %d%d%d/%llx", (int)(entry >> 63), (int)(entry >> 62 & 1), (int)(entry >> 61 & 1),
           (unsigned long long)(entry & ((1ULL << 55) - 1)));
  }
  printf("\n");
  close(fd);
}

static void show_memory(void) {
  char *p = mmap(NULL, 8 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  madvise(p, 8 * PAGE, MADV_NOHUGEPAGE);
  show_smaps("untouched", p);
  p[0] = p[3 * PAGE] = p[7 * PAGE] = 1;
  show_smaps("three pages written", p);
  show_pagemap("three pages written", p, 8);
  volatile char sink = p[PAGE];
  (void)sink;
  show_smaps("one more read", p);
  mprotect(p, 8 * PAGE, PROT_NONE);
  show_pagemap("without rights", p, 8);
  mprotect(p, 8 * PAGE, PROT_READ | PROT_WRITE);
  expect("mlock", mlock(p, 8 * PAGE));
  show_smaps("locked", p);
  munlock(p, 8 * PAGE);
  expect("let go", madvise(p, 4 * PAGE, MADV_DONTNEED));
  madvise(p, 8 * PAGE, MADV_SEQUENTIAL);
  madvise(p, 8 * PAGE, MADV_DONTFORK);
  show_smaps("advised", p);
  show_pagemap("advised", p, 8);
  munmap(p, 8 * PAGE);
  char *shared = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  shared[PAGE] = 1;
  show_pagemap("shared", shared, 4);
  munmap(shared, 4 * PAGE);
}

static void show_mem(void) {
  char text[16] = "";
  char *p = mmap(NULL, 3 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  int fd = open("/proc/self/mem", O_RDWR);
  strcpy(p + PAGE - 3, "across");
  expect("read across pages", pread(fd, text, 7, (uintptr_t)p + PAGE - 3));
  printf("%s\n", text);
  mprotect(p, PAGE, PROT_NONE);
  expect("read without right", pread(fd, text, 3, (uintptr_t)p + PAGE - 3));
  mprotect(p, PAGE, PROT_READ);
  expect("write without right", pwrite(fd, "b", 1, (uintptr_t)p + PAGE - 3));
  printf("%s\n", p + PAGE - 3);
  munmap(p + 2 * PAGE, PAGE);
  expect("read up to a hole", pread(fd, text, 16, (uintptr_t)p + 2 * PAGE - 8));
  expect("read in a hole", pread(fd, text, 1, (uintptr_t)p + 2 * PAGE));
  expect("seek from the end", lseek(fd, 0, SEEK_END));
  close(fd);
  fd = open("/proc/self/pagemap", O_RDONLY);
  expect("half an entry", pread(fd, text, 4, 0));
  expect("between entries", pread(fd, text, 8, 4));
  close(fd);
  expect("pagemap for writing", open("/proc/self/pagemap", O_RDWR));
  expect("overcommit_memory for writing", open("/proc/sys/vm/overcommit_memory", O_WRONLY));
  expect("drop_caches", open("/proc/sys/vm/drop_caches", O_RDONLY));
}

static void show_line(const char *path, const char *name) {
  char line[256];
  FILE *file = fopen(path, "r");
  while (fgets(line, sizeof line, file)) {
    if (strncmp(line, name, strlen(name)) == 0) printf("%s", line);
  }
  fclose(file);
}

static void show_limits(void) {
  struct rlimit limit = {64 * PAGE, 128 * PAGE};
  expect("set MEMLOCK", setrlimit(RLIMIT_MEMLOCK, &limit));
  show_line("/proc/self/limits", "Limit ");
  show_line("/proc/self/limits", "Max locked memory");
  show_line("/proc/self/limits", "Max realtime timeout");
  char *p = mmap(NULL, 65 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  expect("lock too much", mlock(p, 65 * PAGE));
  expect("lock as much as allowed", mlock(p, 64 * PAGE));
  show_line("/proc/self/status", "VmLck");
  if (fork() == 0) {
    show_line("/proc/self/status", "VmLck");
    expect("a child keeps the limit", mlock(p, 65 * PAGE));
    fflush(stdout);
    execl("/proc/self/exe", "procfs", "limited", NULL);
  }
  wait(NULL);
  munlock(p, 64 * PAGE);
  limit = (struct rlimit){0, 0};
  setrlimit(RLIMIT_AS, &limit);
  void *none = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  printf("no more address space: %s\n", none == MAP_FAILED ? strerror(errno) : "mapped");
  limit = (struct rlimit){1, 0};
  expect("soft above hard", setrlimit(RLIMIT_DATA, &limit));
}

int main(int argc, char **argv) {
  if (argc > 1) {
    char *p = mmap(NULL, 65 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    show_line("/proc/self/limits", "Max locked memory");
    expect("a new program keeps the limit", mlock(p, 65 * PAGE));
    return 0;
  }
  setvbuf(stdout, NULL, _IOLBF, 0);
  show_memory();
  show_mem();
  show_limits();
  return 0;
}
