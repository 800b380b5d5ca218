#include "case.h"

int main(void) {
  int fd = letterFile(2);
  SHOW(ftruncate(fd, PAGE + 100));
  char *at = mmap(NULL, 2 * PAGE, RW, MAP_SHARED, fd, 0);
  at[PAGE + 200] = 'x';
  SHOW(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, PAGE, PAGE));
  SHOW(ftruncate(fd, 2 * PAGE));
  SHOW(at[PAGE + 50]);
  SHOW(at[PAGE + 200]);
  return 0;
}
