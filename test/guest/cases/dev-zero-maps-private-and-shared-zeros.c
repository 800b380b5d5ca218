#include "case.h"

int main(void) {
  int fd = open("/dev/zero", O_RDWR);
  char *private = SHOW_MAP(mmap(NULL, PAGE, RW, MAP_PRIVATE, fd, 0));
  char *shared = SHOW_MAP(mmap(NULL, PAGE, RW, MAP_SHARED, fd, 0));
  IN_CHILD {
    STORE(private, 1);
    STORE(shared, 2);
  }
  LOAD(private);
  LOAD(shared);
  return 0;
}
