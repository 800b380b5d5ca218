#include "case.h"

int main(void) {
  char *at = mmap(NULL, 2 * PAGE, RW, MAP_SHARED, letterFile(2), 0);
  SHOW(mlock(at + PAGE, PAGE));
  SHOW(msync(at, 2 * PAGE, MS_INVALIDATE));
  SHOW(msync(at, PAGE, MS_INVALIDATE));
  SHOW(msync(at, 2 * PAGE, MS_SYNC));
  return 0;
}
