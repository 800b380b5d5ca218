#include "case.h"

int main(void) {
  char *at = mmap(NULL, 6 * MIB, RW, PRIVATE, -1, 0);
  at = (char *)(((long)at + 2 * MIB - 1) & -(2 * MIB));
  SHOW(madvise(at, 4 * MIB, MADV_HUGEPAGE));
  STORE(at + 5 * PAGE, 1);
  SHOW(smaps(at, "AnonHugePages"));
  SHOW(smaps(at, "Rss"));
  SHOW(munmap(at + PAGE, PAGE));
  LOAD(at + 5 * PAGE);
  LOAD(at + PAGE);
  return 0;
}
