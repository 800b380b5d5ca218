#include "case.h"

int main(void) {
  char *at = map(2);
  SHOW(munmap(at, 0));
  SHOW(munmap(at + 1, PAGE));
  SHOW(munmap(at, -1UL));
  SHOW(munmap((void *)(1UL << 62), PAGE));
  SHOW(munmap(NULL, PAGE));
  picture(at, 2);
  return 0;
}
