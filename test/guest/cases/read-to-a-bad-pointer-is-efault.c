#include "case.h"

int main(void) {
  int fd = letterFile(2);
  lseek(fd, 0, SEEK_SET);
  char *at = mmap(NULL, PAGE, PROT_READ, PRIVATE, -1, 0);
  SHOW(read(fd, NULL, 10));
  SHOW(read(fd, at, 10));
  SHOW(lseek(fd, 0, SEEK_CUR));
  SHOW(read(fd, NULL, 0));
  SHOW(read(fd, (char *)-1L, 10));
  lseek(fd, 0, SEEK_END);
  SHOW(read(fd, NULL, 10));
  SHOW(read(fd, (char *)-1L, 10));
  SHOW(read(fd, (char *)-1L, 0));
  SHOW(write(fd, (char *)-1L, 10));
  return 0;
}
