#include "case.h"

int main(void) {
  char *at = map(4);
  SHOW_MAP(mremap(at + 1, PAGE, PAGE, 0));
  SHOW_MAP(mremap(at, PAGE, 0, MREMAP_MAYMOVE));
  SHOW_MAP(mremap(at, PAGE, PAGE, 8));
  SHOW_MAP(mremap(at, PAGE, PAGE, MREMAP_FIXED, at + 2 * PAGE));
  SHOW_MAP(mremap(at, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, at + 2 * PAGE + 1));
  SHOW_MAP(mremap(at, PAGE, PAGE, 4, at + 2 * PAGE));
  picture(at, 4);
  return 0;
}
