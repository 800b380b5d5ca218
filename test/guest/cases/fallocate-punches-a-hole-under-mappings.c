#include "case.h"

int main(void) {
  int fd = letterFile(4), mode = FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE;
  char *shared = mmap(NULL, 4 * PAGE, RW, MAP_SHARED, fd, 0);
  char *private = mmap(NULL, 4 * PAGE, RW, MAP_PRIVATE, fd, 0);
  private[PAGE] = 'p';
  contents(private, 4);
  SHOW(fallocate(fd, mode, PAGE, 2 * PAGE));
  contents(shared, 4);
  contents(private, 4);
  SHOW(fallocate(fd, mode, 10, 20));
  LOAD(shared + 9);
  LOAD(shared + 10);
  LOAD(shared + 30);
  return 0;
}
