#include "case.h"

int main(void) {
  int fd = letterFile(3);
  lseek(fd, 0, SEEK_SET);
  char *at = map(3);
  mprotect(at + PAGE, PAGE, PROT_READ);
  SHOW(read(fd, at + 100, 2 * PAGE));
  SHOW(lseek(fd, 0, SEEK_CUR));
  LOAD(at + PAGE - 1);
  LOAD(at + 2 * PAGE);
  return 0;
}
