#include "case.h"

int main(void) {
  int fd = letterFile(2);
  char *shared = mmap(NULL, 4 * PAGE, RW, MAP_SHARED, fd, 0);
  char *private = mmap(NULL, 4 * PAGE, RW, MAP_PRIVATE, fd, 0);
  LOAD(shared + 2 * PAGE - 1);
  LOAD(shared + 2 * PAGE + 5);
  STORE(shared + 3 * PAGE, 1);
  LOAD(private + 2 * PAGE);
  STORE(private + 3 * PAGE + 9, 1);
  SHOW(ftruncate(fd, 3 * PAGE));
  LOAD(shared + 2 * PAGE + 5);
  LOAD(private + 3 * PAGE);
  return 0;
}
