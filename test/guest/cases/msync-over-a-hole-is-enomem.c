#include "case.h"

int main(void) {
  char *at = map(3);
  munmap(at + PAGE, PAGE);
  SHOW(msync(at, 3 * PAGE, MS_SYNC));
  SHOW(msync(at, 3 * PAGE, MS_ASYNC));
  SHOW(msync(at + PAGE, PAGE, 0));
  SHOW(msync(at, PAGE, MS_SYNC));
  return 0;
}
