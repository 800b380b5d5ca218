#include "case.h"

int main(void) {
  char *at = mmap(NULL, 4 * PAGE, PROT_NONE, PRIVATE, -1, 0);
  mmap(at, PAGE, RW, SHARED | MAP_FIXED, -1, 0);
  mmap(at + PAGE, PAGE, RW, SHARED | MAP_FIXED, -1, 0);
  SHOW(regions(at, 2));
  picture(at, 4);
  return 0;
}
