#include "case.h"

int main(void) {
  char *at = map(8);
  munmap(at, 8 * PAGE);
  SHOW((char *)mmap(at + 2 * PAGE, 2 * PAGE, RW, PRIVATE, -1, 0) - at);
  SHOW(mmap(at + PAGE, 2 * PAGE, RW, PRIVATE, -1, 0) == at + PAGE);
  SHOW((char *)mmap(at + 4 * PAGE + 5, PAGE, RW, PRIVATE, -1, 0) - at);
  return 0;
}
