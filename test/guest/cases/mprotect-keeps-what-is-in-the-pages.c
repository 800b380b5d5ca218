#include "case.h"

int main(void) {
  char *at = letters(3);
  SHOW(mprotect(at, 3 * PAGE, PROT_NONE));
  LOAD(at + PAGE);
  SHOW(mprotect(at, 3 * PAGE, PROT_READ));
  contents(at, 3);
  return 0;
}
