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

static void big_object(void) {
  volatile char block[6 << 20];
  block[0] = 'b'; /* the far end first */
  size_t at = lab_random(sizeof block);
  block[at] = 'c';
  EQUAL(block[at], 'c');
  EQUAL(block[0], at == 0 ? 'c' : 'b');
}

/* The stack may not grow up to another mapping: the gap between them stays. */
static void guard(void) {
  char here = 's';
  char *below = (char *)((uintptr_t)&here & ~(PAGE - 1)) - (4UL << 20);
  CHECK(MAP(below, PAGE, RW, ANON | MAP_FIXED_NOREPLACE, -1, 0) == below);
  below[0] = 'm';
  READ_FAULTS(SIGSEGV, below + PAGE);
  WRITE_FAULTS(SIGSEGV, below + (1 + lab_random(16)) * PAGE);
  EQUAL(below[0], 'm');
  EQUAL(here, 's');
}

static void store_with_stack_pointer(uintptr_t pointer) {
#if defined(__riscv)
  __asm__ volatile("mv sp, %0\n  sd zero, -8(sp)" ::"r"(pointer) : "memory");
#elif defined(__x86_64__)
  __asm__ volatile("mov %0, %%rsp\n  push $0" ::"r"(pointer) : "memory");
#else
  (void)pointer;
  raise(SIGSEGV);
#endif
}

/* Without a stack not even a handler can run: SIGSEGV ends that process, and only that. */
static void bad_stack_pointer(void) {
  char *gone = MAP(NULL, PAGE, RW, ANON, -1, 0);
  UNMAP(gone, PAGE);
  uintptr_t pointers[] = {(uintptr_t)gone + PAGE, 64, (uintptr_t)-4096};
  for (size_t i = 0; i < sizeof pointers / sizeof *pointers; i++) {
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
      signal(SIGSEGV, overflowed);
      store_with_stack_pointer(pointers[i]);
      _exit(1);
    }
    int status = 0;
    SUCCEEDS(pid, waitpid(pid, &status, 0));
    CHECK(WIFSIGNALED(status));
    EQUAL(WTERMSIG(status), SIGSEGV);
  }
}

LAB({"recursion", recursion}, {"far-below", far_below}, {"fork", fork_copies_it},
    {"read", read_below_it}, {"it-ends", it_ends},
    {"big-object", big_object},
    {"guard", guard},
    {"bad-stack-pointer", bad_stack_pointer})
