#include "case.h"

int main(void) {
  char *at = letters(4);
  munmap(at + PAGE, PAGE);
  SHOW(madvise(at, 4 * PAGE, MADV_DONTNEED));
  LOAD(at);
  LOAD(at + 2 * PAGE);
  LOAD(at + 3 * PAGE);
  SHOW(madvise(at + PAGE, PAGE, MADV_NORMAL));
  return 0;
}
