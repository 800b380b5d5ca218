#include "case.h"

int main(void) {
  char *at = letters(6);
  int flags = MREMAP_MAYMOVE | MREMAP_FIXED;
  SHOW_MAP(mremap(at, 3 * PAGE, 3 * PAGE, flags, at + PAGE));
  SHOW_MAP(mremap(at, 3 * PAGE, 3 * PAGE, flags, at));
  SHOW_MAP(mremap(at + PAGE, 2 * PAGE, 3 * PAGE, flags, at));
  contents(at, 6);
  return 0;
}
