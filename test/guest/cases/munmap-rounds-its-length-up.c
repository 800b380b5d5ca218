#include "case.h"

int main(void) {
  char *at = letters(3);
  SHOW(munmap(at, PAGE + 1));
  picture(at, 3);
  LOAD(at + PAGE);
  LOAD(at + 2 * PAGE);
  return 0;
}
