#include "case.h"

int main(void) {
  char *from = letters(2), *to = map(4);
  memset(to, 'z', 4 * PAGE);
  SHOW((char *)mremap(from, 2 * PAGE, 2 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, to + PAGE) - to);
  contents(to, 4);
  LOAD(from);
  return 0;
}
