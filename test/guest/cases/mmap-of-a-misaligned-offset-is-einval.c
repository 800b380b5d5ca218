#include "case.h"

int main(void) {
  int fd = letterFile(2);
  SHOW_MAP(mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 1));
  SHOW_MAP(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, fd, 512));
  SHOW_MAP(mmap(NULL, PAGE, PROT_READ, PRIVATE, -1, 1));
  SHOW_MAP(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, fd, PAGE));
  return 0;
}
