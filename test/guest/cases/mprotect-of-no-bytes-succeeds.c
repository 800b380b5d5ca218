#include "case.h"

int main(void) {
  char *at = map(1);
  SHOW(mprotect(at, 0, PROT_NONE));
  SHOW(mprotect((void *)PAGE, 0, PROT_NONE));
  picture(at, 1);
  return 0;
}
