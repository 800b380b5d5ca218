#include "case.h"

int main(void) {
  char *at = map(4);
  SHOW(madvise(at, PAGE, MADV_SEQUENTIAL));
  SHOW(madvise(at + PAGE, PAGE, MADV_RANDOM));
  SHOW(madvise(at + 2 * PAGE, PAGE, MADV_DONTDUMP));
  SHOW(hasFlag(at, "sr"));
  SHOW(hasFlag(at + PAGE, "rr"));
  SHOW(hasFlag(at + 2 * PAGE, "dd"));
  SHOW(regions(at, 4));
  SHOW(madvise(at, 2 * PAGE, MADV_NORMAL));
  SHOW(madvise(at + 2 * PAGE, PAGE, MADV_DODUMP));
  SHOW(regions(at, 4));
  return 0;
}
