#include "case.h"

int main(void) {
  char *at = letters(3);
  char *to = SHOW_MAP(mremap(at, 3 * PAGE, 3 * PAGE, MREMAP_MAYMOVE | MREMAP_DONTUNMAP, NULL));
  contents(to, 3);
  contents(at, 3);
  picture(at, 3);
  return 0;
}
