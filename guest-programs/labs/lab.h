/*
 * What every lab is written with: cases, checked calls and expected faults. A case runs in a
 * process of its own, so that one that dies costs no other its result. A failure is told as the
 * call with its arguments, what was expected, what was observed and the line of the source.
 *
 * Include it first: it asks for the declarations that Linux's libcs otherwise leave out.
 */
#pragma once
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/time.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#define LAB_HELPER static inline __attribute__((unused))
#define PAGE 4096UL
#define RW (PROT_READ | PROT_WRITE)
#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)
#define TOKEN_LENGTH 32

typedef struct {
  const char *name;
  void (*run)(void);
} LabCase;

/* The program of a lab: LAB({"name", function}, …) */
#define LAB(...)                                              \
  int main(void) {                                            \
    static const LabCase cases[] = {__VA_ARGS__};             \
    return lab_run(cases, (int)(sizeof cases / sizeof *cases)); \
  }

/* The checks; each ends the case where it fails. */
#define CHECK(condition) \
  ((condition) ? (void)0 : lab_fail(__FILE__, __LINE__, #condition, "true", "false"))
#define EQUAL(observed, expected) \
  lab_equal(__FILE__, __LINE__, #observed, (long)(observed), (long)(expected))
/* A call that succeeds with `result`, and one that returns -1 and sets errno. */
#define SUCCEEDS(result, call) lab_succeeds(__FILE__, __LINE__, #call, (long)(call), (long)(result))
#define FAILS(number, call) lab_fails(__FILE__, __LINE__, #call, (errno = 0, (long)(call)), number)
#define MAP(address, length, prot, flags, fd, offset) \
  lab_map(__FILE__, __LINE__, address, length, prot, flags, fd, offset, 0)
#define MAP_FAILS(number, address, length, prot, flags, fd, offset) \
  ((void)lab_map(__FILE__, __LINE__, address, length, prot, flags, fd, offset, number))
#define UNMAP(address, length) lab_unmap(__FILE__, __LINE__, address, length)
#define PROTECT(address, length, prot) lab_protect(__FILE__, __LINE__, address, length, prot)
/* An access that must raise the signal with this address. */
#define READ_FAULTS(signal, address) lab_faults(__FILE__, __LINE__, 'r', signal, address)
#define WRITE_FAULTS(signal, address) lab_faults(__FILE__, __LINE__, 'w', signal, address)
#define CALL_FAULTS(signal, address) lab_faults(__FILE__, __LINE__, 'x', signal, address)
/* Runs the statements in a child, which fails the case when it fails or dies. */
#define IN_CHILD(...)                         \
  do {                                        \
    fflush(stdout);                           \
    pid_t lab_pid = fork();                   \
    if (lab_pid == 0) {                       \
      __VA_ARGS__;                            \
      lab_child_end();                        \
    }                                         \
    lab_join(__FILE__, __LINE__, lab_pid);    \
  } while (0)

enum { LAB_PASSED, LAB_FAILED = 93, LAB_SKIPPED = 94 };
typedef struct {
  uint64_t key;
  int verdict;
} LabReport;

static int lab_pipe = -1;
static uint64_t lab_key;
static uint64_t lab_random_state;
static sigjmp_buf lab_recovery;
static volatile sig_atomic_t lab_signal;
static void *volatile lab_fault_address;

LAB_HELPER const char *lab_errno_name(int number) {
  static const struct {
    int number;
    const char *name;
  } names[] = {
      {EPERM, "EPERM"},     {ENOENT, "ENOENT"},   {ESRCH, "ESRCH"},   {EINTR, "EINTR"},
      {EIO, "EIO"},         {ENXIO, "ENXIO"},     {EBADF, "EBADF"},   {ECHILD, "ECHILD"},
      {EAGAIN, "EAGAIN"},   {ENOMEM, "ENOMEM"},   {EACCES, "EACCES"}, {EFAULT, "EFAULT"},
      {EBUSY, "EBUSY"},     {EEXIST, "EEXIST"},   {ENODEV, "ENODEV"}, {EINVAL, "EINVAL"},
      {EMFILE, "EMFILE"},   {EFBIG, "EFBIG"},     {ENOSPC, "ENOSPC"}, {ESPIPE, "ESPIPE"},
      {EPIPE, "EPIPE"},     {ENOSYS, "ENOSYS"},   {EOVERFLOW, "EOVERFLOW"},
      {EOPNOTSUPP, "EOPNOTSUPP"},
  };
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    if (names[i].number == number) return names[i].name;
  }
  static char text[24];
  snprintf(text, sizeof text, "errno %d", number);
  return text;
}

LAB_HELPER _Noreturn void lab_end(int status) {
  fflush(stdout);
  _exit(status);
}

/* Ends a case, or a child of it, with its proof. */
LAB_HELPER _Noreturn void lab_report(int verdict) {
  LabReport report = {lab_key, verdict};
  fflush(stdout);
  _exit(write(lab_pipe, &report, sizeof report) == sizeof report ? verdict : LAB_FAILED);
}

/* The exit status of a child that came to its end: not to be guessed by code that ends it early. */
LAB_HELPER int lab_child_status(void) { return 1 + (int)((lab_key >> 8) % 64); }
LAB_HELPER _Noreturn void lab_child_end(void) { lab_end(lab_child_status()); }

/* Tells of a failure and ends the case. */
LAB_HELPER _Noreturn void lab_fail(const char *file, int line, const char *call,
                                   const char *expected, const char *observed) {
  const char *slash = strrchr(file, '/');
  printf("\n  call      %s\n  expected  %s\n  observed  %s\n  source    %s:%d\n", call, expected,
         observed, slash ? slash + 1 : file, line);
  lab_end(LAB_FAILED);
}

/* What Linux cannot show is skipped there, and costs nothing. */
LAB_HELPER _Noreturn void lab_skip(const char *reason) {
  printf("skipped: %s\n", reason);
  lab_report(LAB_SKIPPED);
}

/* An address, or a small number, as a reader knows it. */
LAB_HELPER void lab_number(char text[32], long value) {
  int is_small = value > -65536 && value < 65536;
  snprintf(text, 32, is_small ? "%ld" : "0x%lx", value);
}

LAB_HELPER void lab_equal(const char *file, int line, const char *call, long observed,
                          long expected) {
  if (observed == expected) return;
  char left[32], right[32];
  lab_number(left, expected);
  lab_number(right, observed);
  lab_fail(file, line, call, left, right);
}

LAB_HELPER long lab_succeeds(const char *file, int line, const char *call, long observed,
                             long expected) {
  if (observed == expected) return observed;
  char left[32], right[64], number[32];
  lab_number(left, expected);
  lab_number(number, observed);
  if (observed == -1) snprintf(right, sizeof right, "-1, %s", lab_errno_name(errno));
  else snprintf(right, sizeof right, "%s", number);
  lab_fail(file, line, call, left, right);
}

LAB_HELPER void lab_fails(const char *file, int line, const char *call, long observed, int number) {
  if (observed == -1 && errno == number) return;
  char left[40], right[64], value[32];
  snprintf(left, sizeof left, "-1, %s", lab_errno_name(number));
  lab_number(value, observed);
  if (observed == -1) snprintf(right, sizeof right, "-1, %s", lab_errno_name(errno));
  else snprintf(right, sizeof right, "%s", value);
  lab_fail(file, line, call, left, right);
}

/* "PROT_READ|PROT_WRITE" for a protection. */
LAB_HELPER const char *lab_prot(int prot) {
  static const char *const names[] = {
      "PROT_NONE",           "PROT_READ",           "PROT_WRITE",           "PROT_READ|PROT_WRITE",
      "PROT_EXEC",           "PROT_READ|PROT_EXEC", "PROT_WRITE|PROT_EXEC", "PROT_READ|PROT_WRITE|PROT_EXEC"};
  return prot >= 0 && prot < 8 ? names[prot] : "a bad protection";
}

LAB_HELPER void lab_flags(char text[96], int flags) {
  static const struct {
    int bit;
    const char *name;
  } names[] = {{MAP_FIXED, "|MAP_FIXED"},
               {MAP_ANONYMOUS, "|MAP_ANONYMOUS"},
               {MAP_FIXED_NOREPLACE, "|MAP_FIXED_NOREPLACE"},
               {MAP_NORESERVE, "|MAP_NORESERVE"}};
  static const char *const types[] = {"0", "MAP_SHARED", "MAP_PRIVATE", "MAP_SHARED_VALIDATE"};
  strcpy(text, types[flags & 3]);
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    if (flags & names[i].bit) strcat(text, names[i].name);
  }
}

/* mmap that must succeed, or fail with `number` unless that is 0. */
LAB_HELPER char *lab_map(const char *file, int line, void *address, size_t length, int prot,
                         int flags, int fd, off_t offset, int number) {
  errno = 0;
  void *observed = mmap(address, length, prot, flags, fd, offset);
  if (number ? observed == MAP_FAILED && errno == number : observed != MAP_FAILED) return observed;
  int error = errno;
  char call[256], names[96], expected[48] = "an address", result[48];
  lab_flags(names, flags);
  snprintf(call, sizeof call, "mmap(%p, %lu, %s, %s, %d, %ld)", address, (unsigned long)length,
           lab_prot(prot), names, fd, (long)offset);
  if (number) snprintf(expected, sizeof expected, "MAP_FAILED, %s", lab_errno_name(number));
  if (observed == MAP_FAILED) snprintf(result, sizeof result, "MAP_FAILED, %s", lab_errno_name(error));
  else snprintf(result, sizeof result, "%p", observed);
  lab_fail(file, line, call, expected, result);
}

LAB_HELPER void lab_unmap(const char *file, int line, void *address, size_t length) {
  char call[80];
  snprintf(call, sizeof call, "munmap(%p, %lu)", address, (unsigned long)length);
  lab_succeeds(file, line, call, munmap(address, length), 0);
}

LAB_HELPER void lab_protect(const char *file, int line, void *address, size_t length, int prot) {
  char call[120];
  snprintf(call, sizeof call, "mprotect(%p, %lu, %s)", address, (unsigned long)length,
           lab_prot(prot));
  lab_succeeds(file, line, call, mprotect(address, length, prot), 0);
}

LAB_HELPER void lab_caught(int signal, siginfo_t *info, void *context) {
  (void)context;
  lab_signal = signal;
  lab_fault_address = info->si_addr;
  siglongjmp(lab_recovery, 1);
}

LAB_HELPER const char *lab_signal_name(int signal) {
  static const struct {
    int number;
    const char *name;
  } names[] = {{SIGSEGV, "SIGSEGV"}, {SIGBUS, "SIGBUS"},   {SIGKILL, "SIGKILL"}, {SIGILL, "SIGILL"},
               {SIGABRT, "SIGABRT"}, {SIGFPE, "SIGFPE"},   {SIGTRAP, "SIGTRAP"}, {SIGTERM, "SIGTERM"},
               {SIGPIPE, "SIGPIPE"}, {SIGALRM, "SIGALRM"}, {SIGPROF, "SIGPROF"}};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    if (names[i].number == signal) return names[i].name;
  }
  static char text[24];
  snprintf(text, sizeof text, "signal %d", signal);
  return text;
}

/* Reads, writes or calls the address and catches what comes of it. */
LAB_HELPER void lab_faults(const char *file, int line, int access, int signal, void *address) {
  static char stack[65536];
  struct sigaction catching, before[2];
  stack_t alternate = {.ss_sp = stack, .ss_size = sizeof stack};
  memset(&catching, 0, sizeof catching);
  catching.sa_sigaction = lab_caught;
  catching.sa_flags = SA_SIGINFO | SA_ONSTACK;
  sigaltstack(&alternate, NULL);
  sigaction(SIGSEGV, &catching, &before[0]);
  sigaction(SIGBUS, &catching, &before[1]);
  lab_signal = 0;
  lab_fault_address = NULL;
  volatile char *byte = address;
  if (sigsetjmp(lab_recovery, 1) == 0) {
    if (access == 'r') (void)*byte;
    if (access == 'w') *byte = 1;
    if (access == 'x') ((void (*)(void))(uintptr_t)address)();
  }
  sigaction(SIGSEGV, &before[0], NULL);
  sigaction(SIGBUS, &before[1], NULL);
  if (lab_signal == signal && lab_fault_address == address) return;
  char call[48], expected[64], observed[64] = "no signal";
  const char *verb = access == 'r' ? "read of" : access == 'w' ? "write to" : "call of";
  snprintf(call, sizeof call, "%s %p", verb, address);
  snprintf(expected, sizeof expected, "%s at %p", lab_signal_name(signal), address);
  if (lab_signal) {
    snprintf(observed, sizeof observed, "%s at %p", lab_signal_name(lab_signal), lab_fault_address);
  }
  lab_fail(file, line, call, expected, observed);
}

LAB_HELPER void lab_join(const char *file, int line, pid_t pid) {
  int status = 0;
  if (pid == -1) lab_fails(file, line, "fork()", -1, 0);
  pid_t ended = waitpid(pid, &status, 0);
  lab_succeeds(file, line, "waitpid(child)", ended == pid ? 0 : -1, 0);
  int code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  if (code == lab_child_status()) return;
  if (code == LAB_FAILED || code == LAB_SKIPPED) lab_end(code);
  char observed[48];
  if (code != -1) snprintf(observed, sizeof observed, "exit status %d before its end", code);
  else snprintf(observed, sizeof observed, "ended by %s", lab_signal_name(WTERMSIG(status)));
  lab_fail(file, line, "the child's process", "the end of the child", observed);
}

/* A number below `bound` that follows from LAB_SEED, so that no two students get the same. */
LAB_HELPER unsigned lab_random(unsigned bound) {
  lab_random_state += 0x9e3779b97f4a7c15;
  uint64_t mixed = lab_random_state;
  mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9;
  mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
  return (unsigned)((mixed >> 32) % bound);
}

/* A pointer that the compiler knows nothing about, so that it leaves a bad one alone. */
LAB_HELPER void *lab_address(uintptr_t value) {
  volatile uintptr_t hidden = value;
  return (void *)hidden;
}

/* An open file without a name, of that many pages: the bytes of page i are all 'a' + i. */
LAB_HELPER int lab_file(int pages, int flags) {
  char path[48], bytes[PAGE];
  snprintf(path, sizeof path, "lab-%d.tmp", (int)getpid());
  int fd = open(path, O_CREAT | O_TRUNC | O_RDWR, 0600);
  CHECK(fd != -1);
  for (int i = 0; i < pages; i++) {
    memset(bytes, 'a' + i, PAGE);
    SUCCEEDS(PAGE, write(fd, bytes, PAGE));
  }
  close(fd);
  fd = open(path, flags);
  CHECK(fd != -1);
  SUCCEEDS(0, unlink(path));
  return fd;
}

/*
 * The flags of the leaf that maps the address, such as "VRWUAD", "-" when there is none, and where
 * it leads. Skips the case where there is no /proc/self/walk.
 */
LAB_HELPER void lab_walk(const void *address, char flags[12], unsigned long *physical) {
  int fd = open("/proc/self/walk", O_RDWR);
  if (fd == -1) lab_skip("needs /proc/self/walk");
  char text[512];
  int length = snprintf(text, sizeof text, "%p\n", address);
  SUCCEEDS(length, write(fd, text, length));
  ssize_t size = read(fd, text, sizeof text - 1);
  CHECK(size > 0);
  close(fd);
  text[size] = 0;
  const char *last = text;
  for (const char *at = text; (at = strstr(at, "flags=")); at++) last = at;
  const char *pa = NULL;
  for (const char *at = text; (at = strstr(at, " pa=")) && at < last; at++) pa = at;
  CHECK(last != text && pa);
  snprintf(flags, 12, "%.*s", (int)strcspn(last + 6, "\n"), last + 6);
  if (physical) *physical = strtoul(pa + 4, NULL, 16);
}

/* Skips the case on a kernel that does not show its page tables, as Linux. */
LAB_HELPER void lab_needs_walk(void) {
  if (access("/proc/self/walk", F_OK) == -1) lab_skip("needs /proc/self/walk");
}

/* The number behind `name` in a file such as /proc/meminfo; fails the case where there is none. */
LAB_HELPER long lab_count(const char *path, const char *name) {
  static char text[4096];
  int fd = open(path, O_RDONLY);
  CHECK(fd != -1);
  ssize_t size = read(fd, text, sizeof text - 1);
  close(fd);
  text[size > 0 ? size : 0] = 0;
  const char *at = strstr(text, name);
  if (!at) lab_fail(__FILE__, __LINE__, name, "a line of the file", "none");
  return strtol(at + strlen(name), NULL, 10);
}

/* Pages of memory that nobody has, on a kernel that shows its page tables. */
LAB_HELPER long lab_free_pages(void) {
  lab_needs_walk();
  lab_count("/proc/meminfo", "MemFree:"); /* touches what counting needs itself */
  return lab_count("/proc/meminfo", "MemFree:") / 4;
}

#include "lab-run.h"
