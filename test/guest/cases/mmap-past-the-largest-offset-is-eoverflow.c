#include "case.h"

int main(void) {
  int fd = letterFile(1);
  SHOW_MAP(mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, -PAGE));
  SHOW_MAP(mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0x7ffffffffffff000));
  return 0;
}
