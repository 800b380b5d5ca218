#include "case.h"

int main(void) {
  int fd = memfd_create("out", 0);
  char *at = letters(3);
  munmap(at + PAGE, PAGE);
  SHOW(write(fd, at + PAGE - 10, 100));
  SHOW(lseek(fd, 0, SEEK_END));
  SHOW(write(fd, at + PAGE, 100));
  SHOW(lseek(fd, 0, SEEK_END));
  return 0;
}
