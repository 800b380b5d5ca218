#include "case.h"

int main(void) {
  int fd = letterFile(1);
  SHOW(madvise(map(1), PAGE, MADV_REMOVE));
  SHOW(madvise(mmap(NULL, PAGE, RW, MAP_PRIVATE, fd, 0), PAGE, MADV_REMOVE));
  SHOW(madvise(mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0), PAGE, MADV_REMOVE));
  char *shared = mmap(NULL, PAGE, RW, SHARED, -1, 0);
  shared[0] = 1;
  SHOW(madvise(shared, PAGE, MADV_REMOVE));
  LOAD(shared);
  SHOW(mlock(shared, PAGE));
  SHOW(madvise(shared, PAGE, MADV_REMOVE));
  return 0;
}
