#include "case.h"

int main(void) {
  long now = syscall(SYS_brk, 0);
  SHOW(syscall(SYS_brk, PAGE) - now);
  SHOW(syscall(SYS_brk, 1UL << 62) - now);
  SHOW(syscall(SYS_brk, now + 5) - now);
  SHOW(syscall(SYS_brk, now) - now);
  return 0;
}
