#include "case.h"

int main(void) {
  char *at = letters(3);
  SHOW(madvise(at + PAGE, PAGE, MADV_DONTNEED));
  contents(at, 3);
  char *file = mmap(NULL, 2 * PAGE, RW, MAP_PRIVATE, letterFile(2), 0);
  memset(file, 'x', 2 * PAGE);
  SHOW(madvise(file, PAGE, MADV_DONTNEED));
  contents(file, 2);
  return 0;
}
