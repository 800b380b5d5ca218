#include "case.h"

int main(void) {
  char *at = letters(4);
  munmap(at + 2 * PAGE, 2 * PAGE);
  SHOW((char *)mremap(at, 2 * PAGE, 4 * PAGE, 0) - at);
  contents(at, 4);
  SHOW(regions(at, 4));
  return 0;
}
