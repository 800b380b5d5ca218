/* A stack that grows by megabytes, and the fault at its end. */
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static sigjmp_buf environment;
static char alternate[65536];
static volatile long depth;

static unsigned sum(unsigned levels) {
  volatile unsigned char frame[4000];
  memset((void *)frame, (int)levels, sizeof frame);
  if (levels == 0) return frame[0];
  return sum(levels - 1) + frame[3999];
}

static int overflow(int level) {
  volatile char frame[1000];
  frame[level % 1000] = 1;
  depth = level;
  if (level < 0) return 0;
  return overflow(level + 1) + frame[0];
}

static void caught(int signal) { siglongjmp(environment, signal); }

int main(void) {
  printf("sum %u\n", sum(1500)); /* about 6 MB of the 8 MB */
  stack_t stack = {.ss_sp = alternate, .ss_size = sizeof alternate};
  sigaltstack(&stack, NULL);
  struct sigaction action = {.sa_handler = caught};
  action.sa_flags = SA_ONSTACK;
  sigaction(SIGSEGV, &action, NULL);
  if (sigsetjmp(environment, 1) == 0) overflow(0);
  else printf("overflow caught past 7 MB: %d\n", depth > 7000);
  return 0;
}
