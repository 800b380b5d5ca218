#include "case.h"

int main(void) {
  int fd = letterFile(2);
  char *private = mmap(NULL, 2 * PAGE, RW, MAP_PRIVATE, fd, 0);
  LOAD(private);
  LOAD(private + PAGE);
  SHOW(smaps(private, "Private_Dirty"));
  SHOW(smaps(private, "Private_Clean"));
  char *shared = mmap(NULL, 2 * PAGE, RW, MAP_SHARED, fd, 0);
  LOAD(shared);
  LOAD(shared + PAGE);
  SHOW(smaps(shared, "Shared_Dirty"));
  int space = memfd_create("space", 0);
  SHOW(fallocate(space, 0, 0, 2 * PAGE));
  char *taken = mmap(NULL, 2 * PAGE, PROT_READ, MAP_SHARED, space, 0);
  LOAD(taken);
  LOAD(taken + PAGE);
  SHOW(smaps(taken, "Private_Dirty"));
  return 0;
}
