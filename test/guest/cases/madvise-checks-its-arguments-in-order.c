#include "case.h"

int main(void) {
  char *at = map(2);
  SHOW(madvise(at, PAGE, 12345));
  SHOW(madvise(at + 1, PAGE, MADV_DONTNEED));
  SHOW(madvise(at + 1, 0, MADV_DONTNEED));
  SHOW(madvise(at, 0, 12345));
  SHOW(madvise(at, 0, MADV_DONTNEED));
  SHOW(madvise(at, -1UL, MADV_DONTNEED));
  SHOW(madvise(at, -PAGE, MADV_DONTNEED));
  return 0;
}
