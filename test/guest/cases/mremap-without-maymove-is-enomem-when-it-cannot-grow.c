#include "case.h"

int main(void) {
  char *at = letters(4);
  SHOW(mprotect(at + 2 * PAGE, PAGE, PROT_READ));
  SHOW_MAP(mremap(at, 2 * PAGE, 3 * PAGE, 0));
  contents(at, 4);
  picture(at, 4);
  return 0;
}
