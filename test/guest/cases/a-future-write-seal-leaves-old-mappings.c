#include "case.h"

int main(void) {
  int fd = letterFile(1);
  char *at = mmap(NULL, PAGE, RW, MAP_SHARED, fd, 0);
  SHOW(fcntl(fd, F_ADD_SEALS, F_SEAL_FUTURE_WRITE));
  STORE(at, 'x');
  SHOW(pwrite(fd, "y", 1, 0));
  SHOW_MAP(mmap(NULL, PAGE, RW, MAP_SHARED, fd, 0));
  char *reader = SHOW_MAP(mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0));
  SHOW(mprotect(reader, PAGE, RW));
  return 0;
}
