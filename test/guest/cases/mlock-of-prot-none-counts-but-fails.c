#include "case.h"

int main(void) {
  char *at = mmap(NULL, 2 * PAGE, PROT_NONE, PRIVATE, -1, 0);
  SHOW(mlock(at, 2 * PAGE));
  SHOW(status("VmLck"));
  return 0;
}
