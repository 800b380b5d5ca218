// Times the memory calls of the system it runs on: one line per operation, "name TAB nanoseconds", the
// best of some repetitions.
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { PAGE = 4096, ANONYMOUS = MAP_PRIVATE | MAP_ANONYMOUS, READ_WRITE = PROT_READ | PROT_WRITE };
// Each operation is repeated for so long, in nanoseconds, and so often at least.
enum { PATIENCE = 1000000000, REPETITIONS = 3 };

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e9 + t.tv_nsec;
}

static char *map(size_t bytes) {
  char *p = mmap(NULL, bytes, READ_WRITE, ANONYMOUS, -1, 0);
  if (p == MAP_FAILED) {
    perror("mmap");
    exit(1);
  }
  return p;
}

static void call_getppid(int count) {
  for (int i = 0; i < count; i++) syscall(SYS_getppid);
}

static void map_and_unmap(int count) {
  for (int i = 0; i < count; i++) munmap(map(16 * PAGE), 16 * PAGE);
}

static void touch(int count) {
  char *p = map((size_t)count * PAGE);
  for (int i = 0; i < count; i++) p[(size_t)i * PAGE] = 1;
  munmap(p, (size_t)count * PAGE);
}

static void protect(int count) {
  char *p = map(256 * PAGE);
  memset(p, 1, 256 * PAGE);
  for (int i = 0; i < count; i++) mprotect(p, 256 * PAGE, i & 1 ? READ_WRITE : PROT_READ);
  munmap(p, 256 * PAGE);
}

static void fork_and_write(int count) {
  char *p = map(64 * PAGE);
  memset(p, 1, 64 * PAGE);
  for (int i = 0; i < count; i++) {
    pid_t child = fork();
    if (child == 0) {
      for (int j = 0; j < 64; j++) p[j * PAGE] = 2;
      _exit(0);
    }
    waitpid(child, NULL, 0);
  }
  munmap(p, 64 * PAGE);
}

// Every second page of a large range, so that each is a region of its own.
static void many_regions(int count) {
  char *p = map((size_t)2 * count * PAGE);
  for (int i = 0; i < count; i++) mprotect(p + (size_t)2 * i * PAGE, PAGE, PROT_READ);
  for (int i = 0; i < count; i++) munmap(p + (size_t)2 * i * PAGE, PAGE);
  munmap(p, (size_t)2 * count * PAGE);
}

static const struct {
  const char *name;
  void (*run)(int count);
  int count;
} operations[] = {
    {"getppid", call_getppid, 200000},
    {"mmap and munmap of 64 KiB", map_and_unmap, 20000},
    {"touch a fresh page", touch, 8000},
    {"mprotect of 256 pages", protect, 2000},
    {"fork, 64 COW faults, wait", fork_and_write, 200},
    {"split and unmap thousands of regions", many_regions, 8000},
};

// Nanoseconds per operation in the best repetition. The first ones warm up what the system keeps.
static double best(void (*run)(int count), int count) {
  double begin = now(), least = 0;
  for (int i = 0; i < REPETITIONS || now() - begin < PATIENCE; i++) {
    double start = now();
    run(count);
    double each = (now() - start) / count;
    if (i == 0 || each < least) least = each;
  }
  return least;
}

int main(void) {
  for (size_t i = 0; i < sizeof operations / sizeof *operations; i++) {
    printf("%s\t%.0f\n", operations[i].name, best(operations[i].run, operations[i].count));
    fflush(stdout);
  }
  return 0;
}
