/* What the parts of ulib share and programs do not see. */
#pragma once
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

/* The generic system call numbers (asm-generic/unistd.h) that riscv64 uses. */
enum {
  SYS_getcwd = 17,
  SYS_dup = 23,
  SYS_dup3 = 24,
  SYS_fcntl = 25,
  SYS_ioctl = 29,
  SYS_mkdirat = 34,
  SYS_unlinkat = 35,
  SYS_symlinkat = 36,
  SYS_linkat = 37,
  SYS_truncate = 45,
  SYS_ftruncate = 46,
  SYS_faccessat = 48,
  SYS_chdir = 49,
  SYS_fchmod = 52,
  SYS_fchmodat = 53,
  SYS_openat = 56,
  SYS_close = 57,
  SYS_pipe2 = 59,
  SYS_getdents64 = 61,
  SYS_lseek = 62,
  SYS_read = 63,
  SYS_write = 64,
  SYS_pread64 = 67,
  SYS_pwrite64 = 68,
  SYS_ppoll = 73,
  SYS_readlinkat = 78,
  SYS_newfstatat = 79,
  SYS_fstat = 80,
  SYS_fsync = 82,
  SYS_exit_group = 94,
  SYS_nanosleep = 101,
  SYS_setitimer = 103,
  SYS_clock_gettime = 113,
  SYS_kill = 129,
  SYS_sigaltstack = 132,
  SYS_rt_sigsuspend = 133,
  SYS_rt_sigaction = 134,
  SYS_rt_sigprocmask = 135,
  SYS_rt_sigpending = 136,
  SYS_setpgid = 154,
  SYS_getpgid = 155,
  SYS_setsid = 157,
  SYS_umask = 166,
  SYS_prctl = 167,
  SYS_gettimeofday = 169,
  SYS_getpid = 172,
  SYS_getppid = 173,
  SYS_getuid = 174,
  SYS_geteuid = 175,
  SYS_getgid = 176,
  SYS_brk = 214,
  SYS_munmap = 215,
  SYS_mremap = 216,
  SYS_clone = 220,
  SYS_execve = 221,
  SYS_mmap = 222,
  SYS_mprotect = 226,
  SYS_msync = 227,
  SYS_mlock = 228,
  SYS_munlock = 229,
  SYS_mincore = 232,
  SYS_madvise = 233,
  SYS_wait4 = 260,
  SYS_renameat2 = 276,
  SYS_memfd_create = 279,
};

/* The kernel's raw answer: a value, or a negative errno. */
long __syscall(long number, ...);
/* Turns a raw answer into the C one: sets errno and returns -1 for a negative errno. */
long __result(long raw);
#define CALL(...) __result(__syscall(__VA_ARGS__))

/* Runs the functions of atexit, newest first. */
void __run_atexit(void);
/* Writes out every open stream. */
void __flush_all(void);

/* One byte of formatted output. */
typedef void (*Sink)(void *target, char c);
/* printf into a sink; returns the number of bytes. */
int __format(Sink sink, void *target, const char *format, va_list arguments);

/* A conversion of printf as parsed from its format. */
typedef struct {
  int left, plus, space, alternate, zero;
  int width;
  int precision; /* -1 when absent */
  char conversion;
} Spec;

/*
 * The digits of a finite, non-negative double for %f, %e or %g in `text`, without sign or
 * padding, rounded half to even from the exact binary value. Returns their number.
 */
int __format_double(char *text, double value, const Spec *spec);
/* The most bytes that __format_double writes: 309 digits, a point and a precision of 1100. */
#define DOUBLE_TEXT_SIZE 1500
#define DOUBLE_PRECISION_MAX 1100
