#include "case.h"

int main(void) {
  char *at = letters(3);
  int flags = PRIVATE | MAP_FIXED_NOREPLACE;
  munmap(at + PAGE, PAGE);
  SHOW_MAP(mmap(at, PAGE, RW, flags, -1, 0));
  SHOW_MAP(mmap(at + PAGE, 2 * PAGE, RW, flags, -1, 0));
  SHOW_MAP(mmap(at + PAGE, PAGE, RW, flags, -1, 0));
  SHOW_MAP(mmap(at + 1, PAGE, RW, flags, -1, 0));
  contents(at, 3);
  return 0;
}
