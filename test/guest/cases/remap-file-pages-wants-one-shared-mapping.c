#include "case.h"

int main(void) {
  int fd = letterFile(3);
  char *own = mmap(NULL, 3 * PAGE, RW, MAP_PRIVATE, fd, 0), *anonymous = map(3);
  char *shared = mmap(NULL, 3 * PAGE, RW, MAP_SHARED, fd, 0);
  SHOW(remap_file_pages(own, PAGE, 0, 1, 0));
  SHOW(remap_file_pages(anonymous, PAGE, 0, 1, 0));
  SHOW(remap_file_pages(shared, PAGE, PROT_READ, 1, 0));
  SHOW(remap_file_pages(shared, 0, 0, 1, 0));
  SHOW(remap_file_pages(shared, 100, 0, 1, 0));
  SHOW(munmap(shared + PAGE, PAGE));
  SHOW(remap_file_pages(shared, 3 * PAGE, 0, 0, 0));
  SHOW(remap_file_pages(shared + PAGE, PAGE, 0, 0, 0));
  SHOW(mprotect(shared, PAGE, PROT_READ));
  SHOW(remap_file_pages(shared, PAGE, 0, 2, 0));
  contents(shared, 1);
  STORE(shared, 1);
  return 0;
}
