#include "case.h"

int main(void) {
  int fd = memfd_create("sparse", 0);
  if (ftruncate(fd, 4 * PAGE) != 0 || pwrite(fd, "x", 1, PAGE) != 1) return 1;
  char *at = mmap(NULL, 4 * PAGE, RW, MAP_SHARED, fd, 0);
  resident(at, 4);
  STORE(at + 3 * PAGE, 1);
  resident(at, 4);
  return 0;
}
