#include "case.h"

int main(void) {
  int fd = letterFile(1);
  SHOW_MAP(mmap(NULL, PAGE, RW, MAP_SHARED_VALIDATE | MAP_ANONYMOUS, -1, 0));
  SHOW_MAP(mmap(NULL, PAGE, RW, MAP_SHARED_VALIDATE, fd, 0));
  return 0;
}
