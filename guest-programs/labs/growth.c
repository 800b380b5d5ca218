/* The stack grows downwards, and ends. */
#include "lab.h"

static int depth(int levels) {
  volatile char frame[1024];
  frame[0] = (char)levels;
  frame[1023] = 1;
  return levels == 0 ? 0 : depth(levels - 1) + frame[1023];
}

static void recursion(void) {
  int levels = 1000 + lab_random(1000);
  EQUAL(depth(levels), levels);
}

static void far_below(void) {
  volatile char block[1 << 20];
  size_t at = lab_random(PAGE);
  block[at] = 'b';
  EQUAL(block[at], 'b');
}

static void fork_copies_it(void) {
  volatile char block[64 * 1024];
  for (size_t at = 0; at < sizeof block; at += PAGE) block[at] = 'p';
  IN_CHILD({
    for (size_t at = 0; at < sizeof block; at += PAGE) {
      EQUAL(block[at], 'p');
      block[at] = 'c';
    }
    EQUAL(depth(500), 500);
  });
  for (size_t at = 0; at < sizeof block; at += PAGE) EQUAL(block[at], 'p');
}

static void read_below_it(void) {
  int fd = lab_file(1, O_RDWR);
  volatile char block[256 * 1024];
  SUCCEEDS(PAGE, read(fd, (char *)(uintptr_t)block, PAGE));
  EQUAL(block[PAGE - 1], 'a');
}

static sigjmp_buf back;
static void overflowed(int signal) {
  (void)signal;
  siglongjmp(back, 1);
}

static void it_ends(void) {
  static char stack[65536];
  stack_t alternate = {.ss_sp = stack, .ss_size = sizeof stack};
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = overflowed;
  action.sa_flags = SA_ONSTACK;
  SUCCEEDS(0, sigaltstack(&alternate, NULL));
  SUCCEEDS(0, sigaction(SIGSEGV, &action, NULL));
  if (sigsetjmp(back, 1) == 0) {
    depth(1 << 20);
    CHECK(!"the stack ends");
  }
  EQUAL(depth(100), 100);
}

LAB({"recursion", recursion}, {"far-below", far_below}, {"fork", fork_copies_it},
    {"read", read_below_it}, {"it-ends", it_ends})
