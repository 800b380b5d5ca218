#include "case.h"

int main(void) {
  char *at = map(4);
  SHOW(munmap(at + PAGE, PAGE));
  SHOW(munmap(at + PAGE, PAGE));
  SHOW(munmap(at, 4 * PAGE));
  picture(at, 4);
  return 0;
}
