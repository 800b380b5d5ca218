#include "case.h"

int main(void) {
  int fd = letterFile(3);
  char *at = mmap(NULL, 3 * PAGE, RW, MAP_SHARED, fd, 0);
  SHOW(madvise(at + PAGE, PAGE, MADV_REMOVE));
  contents(at, 3);
  char byte = 1;
  SHOW(pread(fd, &byte, 1, PAGE));
  SHOW(byte);
  struct stat file;
  SHOW(fstat(fd, &file));
  SHOW(file.st_blocks);
  return 0;
}
