#include "case.h"

int main(void) {
  char *at = mmap(NULL, 4 * MIB, RW, PRIVATE, -1, 0);
  at = (char *)(((long)at + 2 * MIB - 1) & -(2 * MIB));
  SHOW(madvise(at, 2 * MIB, MADV_HUGEPAGE));
  memset(at, 'h', 2 * MIB);
  SHOW(smaps(at, "AnonHugePages"));
  SHOW(mprotect(at + 16 * PAGE, PAGE, PROT_READ));
  STORE(at + 16 * PAGE, 1);
  STORE(at + 17 * PAGE, 'x');
  IN_CHILD {
    STORE(at + PAGE, 'c');
    LOAD(at + PAGE);
    LOAD(at + 17 * PAGE);
  }
  LOAD(at + PAGE);
  SHOW(madvise(at, PAGE, MADV_DONTNEED));
  LOAD(at);
  LOAD(at + PAGE);
  return 0;
}
