#include "case.h"

int main(void) {
  int fd = memfd_create("holes", 0);
  SHOW(ftruncate(fd, 2 * PAGE));
  char *at = mmap(NULL, 2 * PAGE, RW, MAP_SHARED, fd, 0);
  LOAD(at);
  SHOW(smaps(at, "Private_Dirty"));
  STORE(at, 1);
  SHOW(smaps(at, "Private_Dirty"));
  munmap(at, 2 * PAGE);
  at = mmap(NULL, 2 * PAGE, PROT_READ, MAP_SHARED, fd, 0);
  LOAD(at);
  SHOW(smaps(at, "Private_Dirty"));
  return 0;
}
