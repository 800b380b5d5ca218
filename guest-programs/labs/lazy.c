/* Memory is given when it is touched, and is zero then. */
#include "lab.h"

#define BAD ((void *)-1)

static void sparse_heap(void) {
  size_t length = 48UL << 20;
  char *p = sbrk(length);
  CHECK(p != BAD);
  CHECK(sbrk(0) == p + length);
  for (size_t at = 0; at < length; at += 4UL << 20) {
    EQUAL(p[at], 0);
    p[at] = 'h';
  }
  for (size_t at = 0; at < length; at += 4UL << 20) EQUAL(p[at], 'h');
  p[length - 1] = 'e';
  CHECK(sbrk(-(intptr_t)length) == p + length);
}

static char *aligned_break(void) {
  uintptr_t now = (uintptr_t)sbrk(0);
  CHECK(sbrk((PAGE - now % PAGE) % PAGE) != BAD);
  return sbrk(0);
}

static void give_back(void) {
  char *start = aligned_break();
  CHECK(sbrk(4 * PAGE) == start);
  memset(start, 'h', 4 * PAGE);
  CHECK(sbrk(-2 * (intptr_t)PAGE) == start + 4 * PAGE);
  EQUAL(start[2 * PAGE - 1], 'h');
  READ_FAULTS(SIGSEGV, start + 2 * PAGE);
  CHECK(sbrk(2 * PAGE) == start + 2 * PAGE);
  EQUAL(start[2 * PAGE], 0);
  EQUAL(start[0], 'h');
}

static void above_the_break(void) {
  char *start = aligned_break();
  CHECK(sbrk(PAGE) == start);
  start[PAGE - 1] = 'h';
  READ_FAULTS(SIGSEGV, start + PAGE);
  WRITE_FAULTS(SIGSEGV, start + PAGE);
}

static void fork_with_holes(void) {
  size_t pages = 16 + lab_random(32);
  char *p = MAP(NULL, pages * PAGE, RW, ANON, -1, 0);
  for (size_t i = 0; i < pages; i += 2) p[i * PAGE] = 'p';
  IN_CHILD({
    for (size_t i = 0; i < pages; i++) EQUAL(p[i * PAGE], i % 2 ? 0 : 'p');
    for (size_t i = 1; i < pages; i += 2) p[i * PAGE] = 'c';
  });
  for (size_t i = 0; i < pages; i++) EQUAL(p[i * PAGE], i % 2 ? 0 : 'p');
}

static void read_into_it(void) {
  int fd = lab_file(2, O_RDWR);
  char *p = MAP(NULL, 4 * PAGE, RW, ANON, -1, 0);
  SUCCEEDS(2 * PAGE, read(fd, p + PAGE + 10, 2 * PAGE));
  EQUAL(p[PAGE + 9], 0);
  EQUAL(p[PAGE + 10], 'a');
  EQUAL(p[3 * PAGE + 9], 'b');
  EQUAL(p[3 * PAGE + 10], 0);
}

static void write_from_it(void) {
  int fd = lab_file(1, O_RDWR);
  char *p = MAP(NULL, PAGE, RW, ANON, -1, 0);
  SUCCEEDS(100, pwrite(fd, p + lab_random(1000), 100, 0));
  char bytes[101];
  SUCCEEDS(101, pread(fd, bytes, 101, 0));
  for (int i = 0; i < 100; i++) EQUAL(bytes[i], 0);
  EQUAL(bytes[100], 'a');
}

static void pipe_on_it(void) {
  int *ends = (int *)(void *)MAP(NULL, PAGE, RW, ANON, -1, 0);
  SUCCEEDS(0, pipe(ends + 8));
  char *p = MAP(NULL, 2 * PAGE, RW, ANON, -1, 0);
  SUCCEEDS(8, write(ends[9], p, 8));
  SUCCEEDS(8, read(ends[8], p + PAGE - 4, 8));
  EQUAL(p[PAGE], 0);
}

static void dontneed(void) {
  char *p = MAP(NULL, 2 * PAGE, RW, ANON, -1, 0);
  memset(p, 'd', 2 * PAGE);
  SUCCEEDS(0, madvise(p, PAGE, MADV_DONTNEED));
  EQUAL(p[0], 0);
  EQUAL(p[PAGE], 'd');
}

static void between_heap_and_stack(void) {
  char here = 's';
  READ_FAULTS(SIGSEGV, (char *)sbrk(0) + (1UL << 20));
  READ_FAULTS(SIGSEGV, (char *)((uintptr_t)&here & ~(PAGE - 1)) - (64UL << 20));
  EQUAL(here, 's');
}

/* No memory left inside a fault: that process ends, and no other notices. */
static void out_of_memory(void) {
  lab_needs_walk();
  char *p = MAP(NULL, PAGE, RW, ANON, -1, 0);
  p[0] = 'p';
  fflush(stdout);
  pid_t pid = fork();
  if (pid == 0) {
    size_t length = 4UL << 30;
    char *q = mmap(NULL, length, RW, ANON | MAP_NORESERVE, -1, 0);
    for (size_t at = 0; q != MAP_FAILED && at < length; at += PAGE) q[at] = 'q';
    _exit(1);
  }
  int status = 0;
  SUCCEEDS(pid, waitpid(pid, &status, 0));
  CHECK(WIFSIGNALED(status));
  EQUAL(WTERMSIG(status), SIGKILL);
  EQUAL(p[0], 'p');
  char *r = MAP(NULL, 64 * PAGE, RW, ANON, -1, 0);
  memset(r, 'r', 64 * PAGE);
}

LAB({"sparse-heap", sparse_heap}, {"give-back", give_back}, {"above-the-break", above_the_break},
    {"fork-with-holes", fork_with_holes}, {"read", read_into_it}, {"write", write_from_it},
    {"pipe", pipe_on_it}, {"dontneed", dontneed},
    {"between-heap-and-stack", between_heap_and_stack},
    {"out-of-memory", out_of_memory})
