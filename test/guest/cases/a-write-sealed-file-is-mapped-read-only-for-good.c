#include "case.h"

int main(void) {
  int fd = letterFile(1);
  SHOW(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE));
  char *at = SHOW_MAP(mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0));
  SHOW(mprotect(at, PAGE, RW));
  LOAD(at);
  return 0;
}
