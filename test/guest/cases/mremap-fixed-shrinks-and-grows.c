#include "case.h"

int main(void) {
  char *from = letters(4), *to = map(6);
  SHOW((char *)mremap(from, 4 * PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, to) - to);
  picture(from, 4);
  LOAD(to);
  SHOW((char *)mremap(to, PAGE, 3 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, from) - from);
  contents(from, 3);
  return 0;
}
