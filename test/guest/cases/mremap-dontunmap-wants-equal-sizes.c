#include "case.h"

int main(void) {
  char *at = letters(3);
  SHOW_MAP(mremap(at, 2 * PAGE, 3 * PAGE, MREMAP_MAYMOVE | MREMAP_DONTUNMAP, NULL));
  SHOW_MAP(mremap(at, 2 * PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_DONTUNMAP, NULL));
  SHOW_MAP(mremap(at, 2 * PAGE, 2 * PAGE, MREMAP_DONTUNMAP, NULL));
  contents(at, 3);
  return 0;
}
