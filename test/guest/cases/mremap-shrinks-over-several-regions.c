#include "case.h"

int main(void) {
  char *at = map(4);
  mprotect(at + PAGE, PAGE, PROT_READ);
  SHOW((char *)mremap(at, 4 * PAGE, PAGE, 0) - at);
  picture(at, 4);
  return 0;
}
