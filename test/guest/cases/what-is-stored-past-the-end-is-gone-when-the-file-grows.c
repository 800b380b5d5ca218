#include "case.h"

int main(void) {
  int fd = letterFile(1);
  if (ftruncate(fd, 100) != 0) return 1;
  char *at = mmap(NULL, PAGE, RW, MAP_SHARED, fd, 0);
  at[150] = 'x';
  SHOW(ftruncate(fd, 120));
  LOAD(at + 150);
  at[110] = 'y';
  at[150] = 'z';
  SHOW(ftruncate(fd, 50));
  LOAD(at + 110);
  SHOW(ftruncate(fd, PAGE));
  LOAD(at + 110);
  LOAD(at + 150);
  LOAD(at + 49);
  return 0;
}
