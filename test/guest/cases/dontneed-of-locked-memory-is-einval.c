#include "case.h"

int main(void) {
  char *at = letters(3);
  SHOW(mlock(at + PAGE, PAGE));
  SHOW(madvise(at, 3 * PAGE, MADV_DONTNEED));
  contents(at, 3);
  SHOW(madvise(at, 3 * PAGE, MADV_FREE));
  SHOW(madvise(at, 3 * PAGE, 24));
  contents(at, 3);
  return 0;
}
