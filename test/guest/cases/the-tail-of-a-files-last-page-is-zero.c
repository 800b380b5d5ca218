#include "case.h"

int main(void) {
  int fd = letterFile(1);
  SHOW(ftruncate(fd, 100));
  char *at = mmap(NULL, PAGE, RW, MAP_SHARED, fd, 0);
  LOAD(at + 99);
  LOAD(at + 100);
  STORE(at + 200, 9);
  LOAD(at + 200);
  char bytes[300];
  SHOW(pread(fd, bytes, 300, 0));
  return 0;
}
