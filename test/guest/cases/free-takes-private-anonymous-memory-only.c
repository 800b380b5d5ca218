#include "case.h"

int main(void) {
  char *at = letters(1);
  SHOW(madvise(at, PAGE, MADV_FREE));
  SHOW(madvise(mmap(NULL, PAGE, RW, SHARED, -1, 0), PAGE, MADV_FREE));
  SHOW(madvise(mmap(NULL, PAGE, RW, MAP_PRIVATE, letterFile(1), 0), PAGE, MADV_FREE));
  return 0;
}
