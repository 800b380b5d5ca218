#include "case.h"

int main(void) {
  char *at = letters(4);
  SHOW((char *)mremap(at, 4 * PAGE, 2 * PAGE, 0) - at);
  picture(at, 4);
  contents(at, 2);
  SHOW((char *)mremap(at, 2 * PAGE, 100, 0) - at);
  picture(at, 4);
  return 0;
}
