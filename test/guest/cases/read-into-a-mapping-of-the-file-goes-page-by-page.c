#include "case.h"

int main(void) {
  int fd = letterFile(4);
  char *at = mmap(NULL, 4 * PAGE, RW, MAP_SHARED, fd, 0);
  SHOW(pread(fd, at + PAGE, 3 * PAGE, 0));
  contents(at, 4);
  return 0;
}
