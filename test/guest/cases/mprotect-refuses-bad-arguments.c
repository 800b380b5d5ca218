#include "case.h"

int main(void) {
  char *at = map(2);
  SHOW(mprotect(at + 1, PAGE, PROT_READ));
  SHOW(mprotect(at + 1, 0, PROT_READ));
  SHOW(mprotect(at, -1UL, PROT_READ));
  SHOW(mprotect(at, PAGE, 0x100));
  SHOW(mprotect((void *)(1UL << 62), PAGE, PROT_READ));
  SHOW(mprotect(at, PAGE, PROT_GROWSDOWN | PROT_GROWSUP));
  SHOW(mprotect(at, PAGE, PROT_GROWSDOWN));
  picture(at, 2);
  return 0;
}
