#include "case.h"

int main(void) {
  int fd = letterFile(4);
  char *at = mmap(NULL, 4 * PAGE, RW, MAP_SHARED, fd, 0);
  SHOW(remap_file_pages(at, PAGE, 0, 3, 0));
  SHOW(remap_file_pages(at + PAGE, 2 * PAGE, 0, 0, MAP_NONBLOCK));
  contents(at, 4);
  at[0] = 'z';
  contents(at, 4);
  SHOW(regions(at, 4));
  SHOW(remap_file_pages(at + 100, PAGE + 200, 0, 1, 0));
  contents(at, 4);
  return 0;
}
