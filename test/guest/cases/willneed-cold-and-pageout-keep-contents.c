#include "case.h"

int main(void) {
  char *at = letters(3);
  SHOW(madvise(at, 3 * PAGE, MADV_WILLNEED));
  SHOW(madvise(at, 3 * PAGE, MADV_COLD));
  SHOW(madvise(at, 3 * PAGE, MADV_PAGEOUT));
  contents(at, 3);
  SHOW(mlock(at, PAGE));
  SHOW(madvise(at, PAGE, MADV_COLD));
  SHOW(madvise(at, PAGE, MADV_PAGEOUT));
  return 0;
}
