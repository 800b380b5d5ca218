#include "case.h"

int main(void) {
  char *at = map(2);
  SHOW(msync(at + 1, PAGE, MS_SYNC));
  SHOW(msync(at, PAGE, MS_SYNC | MS_ASYNC));
  SHOW(msync(at, PAGE, 8));
  SHOW(msync(at, PAGE, 0));
  SHOW(msync(at, 0, MS_SYNC));
  SHOW(msync(at, -1UL, MS_SYNC));
  SHOW(msync(at, -PAGE, MS_SYNC));
  return 0;
}
