#include "case.h"

int main(void) {
  char *at = map(3);
  SHOW(madvise(at + PAGE, PAGE, MADV_DONTFORK));
  SHOW(regions(at, 3));
  SHOW(madvise(at + PAGE, PAGE, MADV_DOFORK));
  SHOW(regions(at, 3));
  SHOW(madvise(at + PAGE, PAGE, MADV_HUGEPAGE));
  SHOW(regions(at, 3));
  SHOW(madvise(at + PAGE, PAGE, MADV_NOHUGEPAGE));
  SHOW(regions(at, 3));
  return 0;
}
