#include "case.h"

int main(void) {
  char *at = map(4);
  munmap(at + PAGE, PAGE);
  SHOW_MAP(mremap(at + PAGE, PAGE, 2 * PAGE, MREMAP_MAYMOVE));
  SHOW_MAP(mremap(at, 2 * PAGE, 3 * PAGE, MREMAP_MAYMOVE));
  SHOW_MAP(mremap((void *)PAGE, PAGE, 2 * PAGE, MREMAP_MAYMOVE));
  picture(at, 4);
  return 0;
}
