#include "case.h"

int main(void) {
  int fd = letterFile(2);
  char *at = mmap(NULL, 2 * PAGE, RW, MAP_SHARED, fd, 0);
  SHOW(fcntl(fd, F_ADD_SEALS, F_SEAL_FUTURE_WRITE));
  SHOW(madvise(at, PAGE, MADV_REMOVE));
  SHOW(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, PAGE));
  SHOW(fallocate(fd, FALLOC_FL_COLLAPSE_RANGE, 0, PAGE));
  contents(at, 2);
  STORE(at, 'z');
  contents(at, 2);
  return 0;
}
