#include "case.h"

int main(void) {
  char *at = letters(2), *other = map(4);
  SHOW(mlock(at, 2 * PAGE));
  SHOW(mprotect(at, 2 * PAGE, PROT_READ));
  SHOW((char *)mremap(at, 2 * PAGE, 2 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, other) - other);
  picture(other, 4);
  SHOW(hasFlag(other, "lo"));
  STORE(other, 1);
  return 0;
}
