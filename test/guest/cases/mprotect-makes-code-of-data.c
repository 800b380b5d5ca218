#include "case.h"

int main(void) {
  char *at = letters(2);
  SHOW(mprotect(at, PAGE, PROT_READ | PROT_EXEC));
  picture(at, 2);
  STORE(at, 1);
  SHOW(mprotect(at, PAGE, RWX));
  STORE(at, 1);
  picture(at, 2);
  return 0;
}
