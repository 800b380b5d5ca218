#include "case.h"

int main(void) {
  int fd = letterFile(2);
  char *at = mmap(NULL, 2 * PAGE, RW, MAP_PRIVATE, fd, 0);
  LOAD(at);
  SHOW(pwrite(fd, "1", 1, 0));
  LOAD(at);
  STORE(at + 5, 'x');
  SHOW(pwrite(fd, "2", 1, 0));
  LOAD(at);
  LOAD(at + PAGE);
  return 0;
}
