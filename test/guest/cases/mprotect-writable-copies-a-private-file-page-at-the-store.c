#include "case.h"

int main(void) {
  int fd = letterFile(2);
  char *at = mmap(NULL, 2 * PAGE, PROT_READ, MAP_PRIVATE, fd, 0);
  LOAD(at);
  SHOW(mprotect(at, 2 * PAGE, RW));
  STORE(at, 'x');
  SHOW(smaps(at, "Anonymous"));
  char byte;
  SHOW(pread(fd, &byte, 1, 0));
  SHOW(byte);
  return 0;
}
