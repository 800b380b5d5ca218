#include "case.h"

int main(void) {
  char *at = map(8);
  SHOW(regions(at, 8));
  mprotect(at + 2 * PAGE, PAGE, PROT_READ);
  SHOW(regions(at, 8));
  mprotect(at + 2 * PAGE, PAGE, RW);
  SHOW(regions(at, 8));
  munmap(at + 4 * PAGE, PAGE);
  mmap(at + 4 * PAGE, PAGE, RW, PRIVATE | MAP_FIXED, -1, 0);
  SHOW(regions(at, 8));
  return 0;
}
