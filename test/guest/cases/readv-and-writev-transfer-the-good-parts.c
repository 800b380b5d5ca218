#include "case.h"

int main(void) {
  int fd = letterFile(1);
  lseek(fd, 0, SEEK_SET);
  char first[8], last[8];
  struct iovec parts[] = {{first, 8}, {(void *)8, 8}, {last, 8}};
  SHOW(readv(fd, parts, 3));
  SHOW(lseek(fd, 0, SEEK_CUR));
  SHOW(readv(fd, parts + 1, 2));
  SHOW(readv(fd, (struct iovec *)8, 1));
  SHOW(readv(fd, parts, -1));
  SHOW(readv(fd, parts, 1025));
  SHOW(readv(fd, parts, 0));
  parts[0].iov_len = -1UL;
  SHOW(readv(fd, parts, 1));
  return 0;
}
