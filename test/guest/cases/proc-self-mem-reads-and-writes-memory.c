#include "case.h"

int main(void) {
  int fd = open("/proc/self/mem", O_RDWR);
  char *at = letters(2), bytes[4] = "";
  mprotect(at, PAGE, PROT_READ);
  SHOW(pread(fd, bytes, 3, (long)at));
  printf("%s\n", bytes);
  SHOW(pwrite(fd, "xyz", 3, (long)at + PAGE - 1));
  LOAD(at + PAGE - 1);
  LOAD(at + PAGE);
  SHOW(pread(fd, bytes, 3, 8));
  munmap(at + PAGE, PAGE);
  SHOW(pread(fd, bytes, 3, (long)at + PAGE - 1));
  SHOW(pwrite(fd, "xyz", 3, (long)at + PAGE));
  return 0;
}
