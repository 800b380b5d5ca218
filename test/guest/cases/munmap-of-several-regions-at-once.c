#include "case.h"

int main(void) {
  char *at = map(6);
  mprotect(at + PAGE, PAGE, PROT_READ);
  mmap(at + 3 * PAGE, PAGE, RW, SHARED | MAP_FIXED, -1, 0);
  picture(at, 6);
  SHOW(munmap(at + PAGE, 4 * PAGE));
  picture(at, 6);
  return 0;
}
