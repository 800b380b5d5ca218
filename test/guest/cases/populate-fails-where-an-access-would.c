#include "case.h"

int main(void) {
  char *at = map(4);
  mprotect(at + PAGE, PAGE, PROT_READ);
  mprotect(at + 2 * PAGE, PAGE, PROT_NONE);
  SHOW(madvise(at, 4 * PAGE, MADV_POPULATE_WRITE));
  SHOW(madvise(at, 4 * PAGE, MADV_POPULATE_READ));
  resident(at, 4);
  char *file = mmap(NULL, 2 * PAGE, RW, MAP_SHARED, letterFile(1), 0);
  SHOW(madvise(file, 2 * PAGE, MADV_POPULATE_READ));
  munmap(at + PAGE, PAGE);
  SHOW(madvise(at, 2 * PAGE, MADV_POPULATE_WRITE));
  return 0;
}
