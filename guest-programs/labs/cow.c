/* Copy on write: what fork shares must part at the first write, whoever writes. */
#include "lab.h"

static void simple(void) {
  size_t pages = 4 + lab_random(12);
  char *p = MAP(NULL, pages * PAGE, RW, ANON, -1, 0);
  for (size_t i = 0; i < pages; i++) p[i * PAGE] = (char)(i + 1);
  IN_CHILD({
    for (size_t i = 0; i < pages; i++) EQUAL(p[i * PAGE], i + 1);
    for (size_t i = 0; i < pages; i++) p[i * PAGE] = 'c';
    for (size_t i = 0; i < pages; i++) EQUAL(p[i * PAGE], 'c');
  });
  for (size_t i = 0; i < pages; i++) EQUAL(p[i * PAGE], i + 1);
}

static void parent_writes(void) {
  char *p = MAP(NULL, PAGE, RW, ANON, -1, 0);
  int go[2];
  SUCCEEDS(0, pipe(go));
  p[0] = 'o';
  pid_t pid = fork();
  if (pid == 0) {
    char byte;
    SUCCEEDS(1, read(go[0], &byte, 1));
    EQUAL(p[0], 'o');
    lab_end(LAB_PASSED);
  }
  p[0] = 'n';
  SUCCEEDS(1, write(go[1], "g", 1));
  lab_join(__FILE__, __LINE__, pid);
  EQUAL(p[0], 'n');
}

/* The kernel's own stores, as in read(2), must part the page, too. */
static void copyout(void) {
  int fd = lab_file(1, O_RDWR);
  char *p = MAP(NULL, PAGE, RW, ANON, -1, 0);
  memset(p, 'o', PAGE);
  IN_CHILD({
    SUCCEEDS(10, read(fd, p, 10));
    EQUAL(p[9], 'a');
    EQUAL(p[10], 'o');
  });
  EQUAL(p[0], 'o');
  EQUAL(p[9], 'o');
}

static void copyout_across_pages(void) {
  int fd = lab_file(1, O_RDWR);
  char *p = MAP(NULL, 3 * PAGE, RW, ANON, -1, 0);
  memset(p, 'o', 3 * PAGE);
  unsigned from = 1 + lab_random(PAGE - 1);
  IN_CHILD({
    SUCCEEDS(PAGE, read(fd, p + from, PAGE));
    EQUAL(p[from - 1], 'o');
    for (unsigned i = 0; i < PAGE; i++) EQUAL(p[from + i], 'a');
    EQUAL(p[from + PAGE], 'o');
  });
  for (unsigned i = 0; i < 3 * PAGE; i++) EQUAL(p[i], 'o');
}

static void pipe_into_a_shared_page(void) {
  char *p = MAP(NULL, PAGE, RW, ANON, -1, 0);
  int ends[2];
  memset(p, 'o', PAGE);
  SUCCEEDS(0, pipe(ends));
  IN_CHILD({
    SUCCEEDS(3, write(ends[1], "abc", 3));
    SUCCEEDS(3, read(ends[0], p, 3));
    EQUAL(p[2], 'c');
    SUCCEEDS(3, write(ends[1], p, 3));
  });
  char bytes[3];
  SUCCEEDS(3, read(ends[0], bytes, 3));
  EQUAL(bytes[2], 'c');
  EQUAL(p[2], 'o');
}

/* A write to what was never writable is no copy on write. */
static void read_only_stays_fatal(void) {
  char *text = (char *)(uintptr_t)&simple;
  IN_CHILD(WRITE_FAULTS(SIGSEGV, text));
  WRITE_FAULTS(SIGSEGV, text);
  char *p = MAP(NULL, PAGE, RW, ANON, -1, 0);
  p[0] = 'o';
  PROTECT(p, PAGE, PROT_READ);
  IN_CHILD({
    WRITE_FAULTS(SIGSEGV, p);
    PROTECT(p, PAGE, RW);
    p[0] = 'c';
  });
  EQUAL(p[0], 'o');
  WRITE_FAULTS(SIGSEGV, p);
}

static void three_processes(void) {
  char *p = MAP(NULL, 2 * PAGE, RW, ANON, -1, 0);
  p[0] = '1';
  IN_CHILD({
    IN_CHILD({
      EQUAL(p[0], '1');
      p[0] = '3';
      EQUAL(p[0], '3');
    });
    EQUAL(p[0], '1');
    p[0] = '2';
    IN_CHILD(EQUAL(p[0], '2'));
  });
  EQUAL(p[0], '1');
  p[0] = '4';
  EQUAL(p[0], '4');
}

/* When the child is gone its copy is too, and the page is written in place. */
static void last_owner(void) {
  char *p = MAP(NULL, PAGE, RW, ANON, -1, 0);
  char flags[12];
  unsigned long before, shared, after;
  p[0] = 'o';
  lab_walk(p, flags, &before);
  IN_CHILD({
    lab_walk(p, flags, &shared);
    EQUAL(shared, before);
    CHECK(!strchr(flags, 'W'));
    p[0] = 'c';
    lab_walk(p, flags, &after);
    CHECK(after != before);
    CHECK(strchr(flags, 'W'));
  });
  p[0] = 'n';
  lab_walk(p, flags, &after);
  EQUAL(after, before);
}

static void bigger_than_half_of_memory(void) {
  size_t length = 24UL << 20;
  char *p = MAP(NULL, length, RW, ANON, -1, 0);
  for (size_t at = 0; at < length; at += PAGE) p[at] = 'o';
  for (int round = 0; round < 4; round++) {
    IN_CHILD({
      for (size_t at = 0; at < length; at += 64 * PAGE) {
        EQUAL(p[at], 'o');
        p[at] = 'c';
      }
    });
  }
  for (size_t at = 0; at < length; at += PAGE) EQUAL(p[at], 'o');
}

LAB({"simple", simple}, {"parent-writes", parent_writes}, {"copyout", copyout},
    {"copyout-across-pages", copyout_across_pages}, {"pipe", pipe_into_a_shared_page},
    {"read-only-stays-fatal", read_only_stays_fatal}, {"three-processes", three_processes},
    {"last-owner", last_owner}, {"big", bigger_than_half_of_memory})
