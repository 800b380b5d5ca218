#include "case.h"

int main(void) {
  char *at = map(5);
  munmap(at + 2 * PAGE, PAGE);
  SHOW(mprotect(at, 5 * PAGE, PROT_READ));
  picture(at, 5);
  SHOW(mprotect(at + 2 * PAGE, 3 * PAGE, PROT_READ));
  picture(at, 5);
  return 0;
}
