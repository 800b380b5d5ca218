#include "case.h"

int main(void) {
  int fd = letterFile(1), ends[2];
  if (pipe(ends) != 0) return 1;
  SHOW(fallocate(fd, 0, -1, 1));
  SHOW(fallocate(fd, 0, 0, 0));
  SHOW(fallocate(fd, 0, 0, -1));
  SHOW(fallocate(fd, FALLOC_FL_PUNCH_HOLE, 0, PAGE));
  SHOW(fallocate(fd, 0x1000, 0, PAGE));
  SHOW(fallocate(999, 0, 0, 0));
  SHOW(fallocate(ends[1], 0, 0, PAGE));
  SHOW(fallocate(fd, 0, 0x7fffffffffffffff, 1));
  close(open("data", O_RDWR | O_CREAT, 0600));
  SHOW(fallocate(open("data", O_RDONLY), 0, 0, PAGE));
  unlink("data");
  return 0;
}
