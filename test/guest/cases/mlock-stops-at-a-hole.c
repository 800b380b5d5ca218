#include "case.h"

int main(void) {
  char *at = map(5);
  munmap(at + 2 * PAGE, PAGE);
  SHOW(mlock(at, 5 * PAGE));
  SHOW(status("VmLck"));
  SHOW(munlock(at, 5 * PAGE));
  SHOW(status("VmLck"));
  return 0;
}
