#include "case.h"

int main(void) {
  int fd = letterFile(8);
  char *at = mmap(NULL, 8 * PAGE, PROT_NONE, SHARED, -1, 0);
  mmap(at + PAGE, PAGE, PROT_READ, MAP_SHARED | MAP_FIXED, fd, 0);
  mmap(at + 2 * PAGE, PAGE, PROT_READ, MAP_SHARED | MAP_FIXED, fd, PAGE);
  SHOW(regions(at + PAGE, 2));
  mmap(at + 3 * PAGE, PAGE, PROT_READ, MAP_SHARED | MAP_FIXED, fd, 5 * PAGE);
  SHOW(regions(at + PAGE, 3));
  return 0;
}
