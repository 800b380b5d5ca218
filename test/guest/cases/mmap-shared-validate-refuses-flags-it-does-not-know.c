#include "case.h"

int main(void) {
  int fd = letterFile(1);
  SHOW_MAP(mmap(NULL, PAGE, RW, MAP_SHARED_VALIDATE | MAP_SYNC, fd, 0));
  SHOW_MAP(mmap(NULL, PAGE, RW, MAP_SHARED_VALIDATE | 0x8000000, fd, 0));
  SHOW_MAP(mmap(NULL, PAGE, RW, MAP_SHARED | 0x8000000, fd, 0));
  SHOW_MAP(mmap(NULL, PAGE, RW, MAP_PRIVATE | MAP_DENYWRITE | MAP_EXECUTABLE, fd, 0));
  return 0;
}
