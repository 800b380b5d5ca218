#include "case.h"

int main(void) {
  int fd = letterFile(2);
  char *at = mmap(NULL, 2 * PAGE, RW, MAP_SHARED, fd, 0);
  at[PAGE + 1] = 'z';
  char bytes[3] = "";
  SHOW(pread(fd, bytes, 2, PAGE));
  printf("%s\n", bytes);
  SHOW(pwrite(fd, "yz", 2, 10));
  LOAD(at + 10);
  LOAD(at + 11);
  return 0;
}
