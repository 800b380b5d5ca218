#include "case.h"

int main(void) {
  char *at = map(4);
  SHOW(mlock(at + PAGE, 2 * PAGE));
  resident(at, 4);
  SHOW(status("VmLck"));
  SHOW(hasFlag(at + PAGE, "lo"));
  SHOW(munlock(at, 4 * PAGE));
  SHOW(status("VmLck"));
  resident(at, 4);
  SHOW(regions(at, 4));
  return 0;
}
