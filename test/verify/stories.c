// What explanations.test.ts runs on kernels with one line changed: each step is where one of them errs.
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PAGE = 4096, RW = PROT_READ | PROT_WRITE };

static volatile char *map(volatile char *at, size_t pages, int flags) {
  void *p = mmap((void *)at, pages * PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS | flags, -1, 0);
  if (p == MAP_FAILED) _exit(1);
  return p;
}

// Parent and child share the page until one of them writes.
static void copy_on_write(volatile char *p) {
  p[0] = 1;
  if (fork() == 0) {
    p[0] = 2;
    _exit(0);
  }
  wait(NULL);
  p[0] = 3;
}

// A page is given back, and another takes its place.
static void replace(volatile char *p) {
  p[PAGE] = 1;
  p[2 * PAGE] = 1;
  munmap((void *)(p + PAGE), 2 * PAGE);
  map(p + PAGE, 2, MAP_FIXED);
  p[PAGE] = 2;
}

// Offered pages may go when memory is short, but for the one that is written again.
static void offer(volatile char *p) {
  for (int i = 0; i < 4; i++) p[i * PAGE] = 1;
  madvise((void *)p, 4 * PAGE, MADV_FREE);
  p[PAGE] = 2;
  for (int i = 0; i < 100; i++) { // more than there is
    volatile char *more = map(NULL, 10, 0);
    for (int j = 0; j < 10; j++) more[j * PAGE] = 1;
  }
}

int main(void) {
  volatile char *p = map((char *)0x40000000, 4, 0);
  copy_on_write(p);
  replace(p);
  offer(p);
  return 0;
}
