#include "case.h"

int main(void) {
  char *at = letters(2);
  SHOW((char *)mremap(at, 2 * PAGE, 2 * PAGE, 0) - at);
  SHOW((char *)mremap(at, 2 * PAGE, 2 * PAGE, MREMAP_MAYMOVE) - at);
  SHOW((char *)mremap(at, PAGE + 1, PAGE + 9, 0) - at);
  contents(at, 2);
  return 0;
}
