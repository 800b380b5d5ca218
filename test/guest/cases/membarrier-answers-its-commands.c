#include "case.h"

int main(void) {
  SHOW(syscall(SYS_membarrier, 0, 0, 0) > 0);
  SHOW(syscall(SYS_membarrier, 0, 1, 0));
  SHOW(syscall(SYS_membarrier, 1, 0, 0));
  SHOW(syscall(SYS_membarrier, 8, 0, 0));
  SHOW(syscall(SYS_membarrier, 16, 0, 0));
  SHOW(syscall(SYS_membarrier, 8, 0, 0));
  SHOW(syscall(SYS_membarrier, 0x10000, 0, 0));
  return 0;
}
