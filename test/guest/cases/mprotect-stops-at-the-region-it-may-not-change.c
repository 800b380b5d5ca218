#include "case.h"

int main(void) {
  close(open("data", O_RDWR | O_CREAT, 0600));
  int fd = open("data", O_RDONLY);
  char *at = mmap(NULL, 3 * PAGE, PROT_READ, PRIVATE, -1, 0);
  mmap(at + PAGE, PAGE, PROT_READ, MAP_SHARED | MAP_FIXED, fd, 0);
  SHOW(mprotect(at, 3 * PAGE, RW));
  picture(at, 3);
  unlink("data");
  return 0;
}
