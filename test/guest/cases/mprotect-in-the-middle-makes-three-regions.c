#include "case.h"

int main(void) {
  char *at = letters(6);
  SHOW(mprotect(at + 2 * PAGE, 2 * PAGE, PROT_READ));
  picture(at, 6);
  SHOW(regions(at, 6));
  STORE(at + 2 * PAGE, 1);
  STORE(at + 4 * PAGE, 1);
  LOAD(at + 2 * PAGE);
  return 0;
}
