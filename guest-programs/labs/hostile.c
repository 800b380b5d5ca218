/* Pointers and numbers that a program has no right to: errors, never more. */
#include "lab.h"

#define KERNEL_ADDRESS lab_address((uintptr_t)-4096)

static void kernel_memory(void) {
  IN_CHILD(READ_FAULTS(SIGSEGV, KERNEL_ADDRESS));
  IN_CHILD(WRITE_FAULTS(SIGSEGV, KERNEL_ADDRESS));
  IN_CHILD(CALL_FAULTS(SIGSEGV, lab_address(0)));
}

static void pointers_to_nothing(void) {
  int fd = lab_file(1, O_RDWR);
  char *gone = MAP(NULL, PAGE, RW, ANON, -1, 0);
  UNMAP(gone, PAGE);
  FAILS(EFAULT, read(fd, gone, 16));
  FAILS(EFAULT, write(fd, gone, 16));
  FAILS(EFAULT, read(fd, KERNEL_ADDRESS, 16));
  FAILS(EFAULT, write(fd, KERNEL_ADDRESS, 16));
  FAILS(EFAULT, pipe((int *)(void *)gone));
  FAILS(EFAULT, open(gone, O_RDONLY));
}

static void read_into_read_only(void) {
  int fd = lab_file(1, O_RDWR);
  char *p = MAP(NULL, PAGE, PROT_READ, ANON, -1, 0);
  FAILS(EFAULT, read(fd, p, 16));
  FAILS(EFAULT, read(fd, (char *)(uintptr_t)&kernel_memory, 16));
  EQUAL(p[0], 0);
}

static void write_from_no_rights(void) {
  int fd = lab_file(1, O_RDWR);
  char *p = MAP(NULL, PAGE, PROT_NONE, ANON, -1, 0);
  FAILS(EFAULT, write(fd, p, 16));
}

static void ranges_that_wrap(void) {
  char *p = MAP(NULL, PAGE, RW, ANON, -1, 0);
  p[0] = 'p';
  FAILS(EINVAL, munmap(p, (size_t)-PAGE));
  FAILS(EINVAL, munmap(KERNEL_ADDRESS, 2 * PAGE));
  FAILS(ENOMEM, mprotect(p, (size_t)-PAGE, PROT_READ));
  MAP_FAILS(ENOMEM, KERNEL_ADDRESS, PAGE, RW, ANON | MAP_FIXED, -1, 0);
  EQUAL(p[0], 'p');
}

static void a_path_without_an_end(void) {
  char *p = MAP(NULL, 2 * PAGE, RW, ANON, -1, 0);
  UNMAP(p + PAGE, PAGE);
  memset(p + PAGE - 8, 'x', 8);
  FAILS(EFAULT, open(p + PAGE - 8, O_RDONLY));
}

static void random_calls(void) {
  char *p = MAP(NULL, 64 * PAGE, RW, ANON, -1, 0);
  for (int round = 0; round < 300; round++) {
    char *at = p + lab_random(64) * PAGE;
    size_t length = lab_random(64) * PAGE;
    if (at + length > p + 64 * PAGE) length = (size_t)(p + 64 * PAGE - at);
    int prot = (int)lab_random(4);
    switch (lab_random(4)) {
      case 0:
        if (length) UNMAP(at, length);
        break;
      case 1:
        mprotect(at, length, prot);
        break;
      case 2:
        if (length) MAP(at, length, prot, ANON | MAP_FIXED, -1, 0);
        break;
      default:
        madvise(at, length, MADV_DONTNEED);
    }
  }
  CHECK(MAP(p, 64 * PAGE, RW, ANON | MAP_FIXED, -1, 0) == p);
  for (int i = 0; i < 64; i++) EQUAL(p[i * PAGE], 0);
}

static void wild_lengths(void) {
  size_t all = (size_t)lab_address((uintptr_t)-1);
  int fd = lab_file(1, O_RDWR);
  char *p = MAP(NULL, PAGE, RW, ANON, -1, 0);
  FAILS(EFAULT, read(fd, p, all));
  FAILS(EFAULT, write(fd, p, all - PAGE));
  FAILS(EINVAL, ftruncate(fd, -1));
  FAILS(EINVAL, madvise(p, all, MADV_DONTNEED));
  MAP_FAILS(ENOMEM, NULL, (size_t)1 << 62, RW, ANON, -1, 0);
  MAP_FAILS(EOVERFLOW, NULL, 2 * PAGE, PROT_READ, MAP_SHARED, fd, (off_t)(INT64_MAX - PAGE + 1));
  EQUAL(p[0], 0);
}

/* A process may take its own ground away, and nobody else's. */
static void over_stack_and_text(void) {
  char here = 's';
  char *stack = (char *)((uintptr_t)&here & ~(PAGE - 1));
  char *text = (char *)((uintptr_t)&over_stack_and_text & ~(PAGE - 1));
  for (int round = 0; round < 3; round++) {
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
      if (round == 0) munmap(stack - 16 * PAGE, 32 * PAGE);
      if (round == 1) mmap(text, PAGE, PROT_NONE, ANON | MAP_FIXED, -1, 0);
      if (round == 2) mprotect(stack - 16 * PAGE, 17 * PAGE, PROT_READ);
      *(volatile char *)&here = 'x';
      _exit(1);
    }
    int status = 0;
    SUCCEEDS(pid, waitpid(pid, &status, 0));
    CHECK(WIFSIGNALED(status));
    EQUAL(WTERMSIG(status), SIGSEGV);
  }
  EQUAL(here, 's');
}

LAB({"kernel-memory", kernel_memory}, {"pointers-to-nothing", pointers_to_nothing},
    {"read-into-read-only", read_into_read_only}, {"write-from-no-rights", write_from_no_rights},
    {"ranges-that-wrap", ranges_that_wrap}, {"a-path-without-an-end", a_path_without_an_end},
    {"random-calls", random_calls},
    {"wild-lengths", wild_lengths},
    {"over-stack-and-text", over_stack_and_text})
