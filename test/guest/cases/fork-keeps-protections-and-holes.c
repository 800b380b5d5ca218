#include "case.h"

int main(void) {
  char *at = map(6);
  mprotect(at, PAGE, PROT_READ);
  mprotect(at + PAGE, PAGE, PROT_NONE);
  munmap(at + 3 * PAGE, PAGE);
  mmap(at + 5 * PAGE, PAGE, RW, SHARED | MAP_FIXED, -1, 0);
  picture(at, 6);
  IN_CHILD { picture(at, 6); }
  return 0;
}
