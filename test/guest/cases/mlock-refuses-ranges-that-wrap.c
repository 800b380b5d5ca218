#include "case.h"

int main(void) {
  char *at = map(1);
  SHOW(mlock(at, 0));
  SHOW(mlock(at, -PAGE));
  SHOW(munlock(at, -PAGE));
  SHOW(mlock((void *)(1UL << 62), PAGE));
  SHOW(munlock(NULL, PAGE));
  return 0;
}
