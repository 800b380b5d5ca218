#include "case.h"

int main(void) {
  char *at = letters(6);
  SHOW(munmap(at + 2 * PAGE, 2 * PAGE));
  picture(at, 6);
  LOAD(at + 2 * PAGE - 1);
  LOAD(at + 2 * PAGE);
  LOAD(at + 4 * PAGE - 1);
  LOAD(at + 4 * PAGE);
  return 0;
}
