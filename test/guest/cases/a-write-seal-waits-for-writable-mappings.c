#include "case.h"

int main(void) {
  int fd = letterFile(1);
  char *at = mmap(NULL, PAGE, RW, MAP_SHARED, fd, 0);
  SHOW(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE));
  munmap(at, PAGE);
  SHOW(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE));
  SHOW(pwrite(fd, "x", 1, 0));
  SHOW_MAP(mmap(NULL, PAGE, RW, MAP_SHARED, fd, 0));
  char *private = SHOW_MAP(mmap(NULL, PAGE, RW, MAP_PRIVATE, fd, 0));
  STORE(private, 'p');
  SHOW(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, PAGE));
  return 0;
}
