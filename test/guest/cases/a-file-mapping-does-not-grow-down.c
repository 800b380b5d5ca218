#include "case.h"

int main(void) {
  int fd = letterFile(1);
  SHOW_MAP(mmap(NULL, PAGE, RW, MAP_PRIVATE | MAP_GROWSDOWN, fd, 0));
  SHOW_MAP(mmap(NULL, PAGE, RW, MAP_SHARED | MAP_GROWSDOWN, fd, 0));
  SHOW_MAP(mmap(NULL, PAGE, RW, SHARED | MAP_GROWSDOWN, -1, 0));
  SHOW_MAP(mmap(NULL, PAGE, RW, PRIVATE | MAP_GROWSDOWN, -1, 0));
  return 0;
}
