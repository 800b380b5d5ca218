/* ISO C <setjmp.h> and POSIX sigsetjmp: ra, sp, s0-s11, fs0-fs11, then the signal mask. */
#pragma once

typedef unsigned long jmp_buf[26];
typedef unsigned long sigjmp_buf[28];

int setjmp(jmp_buf environment) __attribute__((returns_twice));
_Noreturn void longjmp(jmp_buf environment, int value);

/* A macro, because the frame that calls setjmp must be the caller's own. */
#define sigsetjmp(environment, save_mask) \
  (__save_signal_mask(environment, save_mask), setjmp(environment))
void __save_signal_mask(unsigned long *environment, int save_mask);
_Noreturn void siglongjmp(sigjmp_buf environment, int value);
