#include "case.h"

int main(void) {
  char *at = map(4);
  mprotect(at + PAGE, PAGE, PROT_READ);
  SHOW_MAP(mremap(at, 2 * PAGE, 3 * PAGE, MREMAP_MAYMOVE));
  picture(at, 4);
  return 0;
}
