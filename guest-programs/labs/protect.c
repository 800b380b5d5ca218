/* mprotect: rights change page by page, and nothing else does. */
#include "lab.h"

static char *five_pages(void) {
  char *p = MAP(NULL, 5 * PAGE, RW, ANON, -1, 0);
  for (int i = 0; i < 5; i++) p[i * PAGE] = (char)('0' + i);
  return p;
}

static void split(void) {
  char *p = five_pages();
  int page = 1 + lab_random(3);
  PROTECT(p + page * PAGE, PAGE, PROT_READ);
  for (int i = 0; i < 5; i++) {
    EQUAL(p[i * PAGE], '0' + i);
    if (i == page) WRITE_FAULTS(SIGSEGV, p + i * PAGE);
    else p[i * PAGE] = 'w';
  }
  EQUAL(p[page * PAGE], '0' + page);
}

static void merge(void) {
  char *p = five_pages();
  PROTECT(p + PAGE, PAGE, PROT_READ);
  PROTECT(p + 3 * PAGE, PAGE, PROT_NONE);
  PROTECT(p, 5 * PAGE, RW);
  for (int i = 0; i < 5; i++) {
    EQUAL(p[i * PAGE], '0' + i);
    p[i * PAGE] = 'w';
    EQUAL(p[i * PAGE], 'w');
  }
}

static void none(void) {
  char *p = five_pages();
  PROTECT(p + PAGE, 3 * PAGE, PROT_NONE);
  READ_FAULTS(SIGSEGV, p + PAGE);
  WRITE_FAULTS(SIGSEGV, p + 4 * PAGE - 1);
  IN_CHILD(READ_FAULTS(SIGSEGV, p + 2 * PAGE));
  EQUAL(p[0], '0');
  PROTECT(p + PAGE, 3 * PAGE, PROT_READ);
  EQUAL(p[2 * PAGE], '2');
}

static void before_the_first_touch(void) {
  char *p = MAP(NULL, 2 * PAGE, PROT_NONE, ANON, -1, 0);
  READ_FAULTS(SIGSEGV, p);
  PROTECT(p, PAGE, RW);
  EQUAL(p[0], 0);
  p[0] = 'w';
  READ_FAULTS(SIGSEGV, p + PAGE);
}

static void execute(void) {
#if defined(__riscv) || defined(__x86_64__)
  char *p = MAP(NULL, PAGE, RW, ANON, -1, 0);
#ifdef __riscv
  memcpy(p, "\x82\x80", 2); /* c.jr ra */
#else
  memcpy(p, "\xc3", 1); /* ret */
#endif
  CALL_FAULTS(SIGSEGV, p);
  PROTECT(p, PAGE, PROT_READ | PROT_EXEC);
#ifdef __riscv
  __asm__ volatile("fence.i" ::: "memory");
#endif
  ((void (*)(void))(uintptr_t)p)();
  WRITE_FAULTS(SIGSEGV, p);
#else
  lab_skip("needs the instruction of this machine that returns");
#endif
}

static void hole(void) {
  char *p = five_pages();
  UNMAP(p + 2 * PAGE, PAGE);
  FAILS(ENOMEM, mprotect(p, 5 * PAGE, PROT_READ));
  READ_FAULTS(SIGSEGV, p + 2 * PAGE);
  WRITE_FAULTS(SIGSEGV, p + PAGE); /* what lies before the hole was changed */
  p[3 * PAGE] = 'w';               /* and what lies behind it was not */
}

static void bad_arguments(void) {
  char *p = five_pages();
  FAILS(EINVAL, mprotect(p + 1, PAGE, PROT_READ));
  FAILS(EINVAL, mprotect(p, PAGE, 0x10000));
  SUCCEEDS(0, mprotect(p, 0, PROT_NONE));
  p[0] = 'w';
}

static void private_file(void) {
  int fd = lab_file(1, O_RDONLY);
  char *p = MAP(NULL, PAGE, PROT_READ, MAP_PRIVATE, fd, 0);
  EQUAL(p[0], 'a');
  WRITE_FAULTS(SIGSEGV, p);
  PROTECT(p, PAGE, RW);
  p[0] = 'w';
  char byte;
  SUCCEEDS(1, pread(fd, &byte, 1, 0));
  EQUAL(byte, 'a');
}

LAB({"split", split}, {"merge", merge}, {"none", none},
    {"before-the-first-touch", before_the_first_touch}, {"exec", execute}, {"hole", hole},
    {"bad-arguments", bad_arguments}, {"private-file", private_file})
