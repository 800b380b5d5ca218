#include "case.h"

int main(void) {
  char *at = letters(2);
  munmap(at, 2 * PAGE);
  mmap(at, 2 * PAGE, RW, PRIVATE | MAP_FIXED, -1, 0);
  contents(at, 2);
  return 0;
}
