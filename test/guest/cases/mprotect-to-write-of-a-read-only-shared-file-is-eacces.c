#include "case.h"

int main(void) {
  close(open("data", O_RDWR | O_CREAT, 0600));
  int fd = open("data", O_RDONLY);
  char *shared = mmap(NULL, 2 * PAGE, PROT_READ, MAP_SHARED, fd, 0);
  char *private = mmap(NULL, 2 * PAGE, PROT_READ, MAP_PRIVATE, fd, 0);
  SHOW(mprotect(shared, PAGE, RW));
  SHOW(mprotect(private, PAGE, RW));
  SHOW(mprotect(shared, PAGE, PROT_NONE));
  picture(shared, 2);
  picture(private, 2);
  unlink("data");
  return 0;
}
