#include "case.h"

int main(void) {
  SHOW(madvise(mmap(NULL, PAGE, RW, SHARED, -1, 0), PAGE, MADV_WIPEONFORK));
  SHOW(madvise(mmap(NULL, PAGE, RW, MAP_PRIVATE, letterFile(1), 0), PAGE, MADV_WIPEONFORK));
  SHOW(madvise(mmap(NULL, PAGE, RW, SHARED, -1, 0), PAGE, MADV_KEEPONFORK));
  SHOW(madvise(map(1), PAGE, MADV_WIPEONFORK));
  return 0;
}
