#include "case.h"

int main(void) {
  int fd = letterFile(2);
  char *at = mmap(NULL, 2 * PAGE, RW, MAP_SHARED, fd, 0);
  at[PAGE] = 'z';
  SHOW(msync(at, 2 * PAGE, MS_SYNC));
  SHOW(msync(at, 2 * PAGE, MS_ASYNC));
  SHOW(msync(at, 2 * PAGE, MS_SYNC | MS_INVALIDATE));
  char byte;
  SHOW(pread(fd, &byte, 1, PAGE));
  SHOW(byte);
  return 0;
}
