#include "case.h"

/* The last bytes before 2^64, where a double no longer tells one address from the next. */
int main(void) {
  char *top = (char *)-1UL;
  char *page = (char *)-PAGE;
  unsigned char vector[1];
  SHOW(msync(top, PAGE, MS_SYNC));
  SHOW(msync(page, PAGE, MS_SYNC));
  SHOW(munmap(top, PAGE));
  SHOW(mprotect(top, PAGE, PROT_READ));
  SHOW(mprotect(page, PAGE, PROT_READ));
  SHOW(mprotect(page - PAGE, PAGE, PROT_READ));
  SHOW(madvise(top, PAGE, MADV_DONTNEED));
  SHOW(madvise(page, PAGE, MADV_DONTNEED));
  SHOW(madvise(page - PAGE, PAGE, MADV_DONTNEED));
  SHOW(mincore(top, PAGE, vector));
  SHOW(mincore(page, PAGE, vector));
  SHOW(mlock(top, PAGE));
  SHOW(mlock(page - PAGE, PAGE));
  SHOW(munlock(top, PAGE));
  SHOW_MAP(mremap(top, PAGE, PAGE, 0));
  SHOW_MAP(mremap(page, PAGE, PAGE, 0));
  SHOW_MAP(mmap(top - PAGE, PAGE, RW, PRIVATE | MAP_FIXED, -1, 0));
  SHOW_MAP(mmap(page, PAGE, RW, PRIVATE | MAP_FIXED, -1, 0));
  return 0;
}
