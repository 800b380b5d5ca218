#include "case.h"

int main(void) {
  int fd = letterFile(4);
  char *shared = mmap(NULL, 4 * PAGE, RW, MAP_SHARED, fd, 0);
  char *private = mmap(NULL, 4 * PAGE, RW, MAP_PRIVATE, fd, 0);
  memset(private, 'p', 4 * PAGE);
  contents(shared, 4);
  SHOW(ftruncate(fd, 2 * PAGE));
  LOAD(shared + 2 * PAGE);
  LOAD(private + 2 * PAGE);
  contents(shared, 2);
  contents(private, 2);
  SHOW(ftruncate(fd, 4 * PAGE));
  contents(shared, 4);
  contents(private, 4);
  return 0;
}
