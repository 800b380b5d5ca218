#include "case.h"

int main(void) {
  char *at = letters(2);
  SHOW(mlock(at, 2 * PAGE));
  IN_CHILD {
    SHOW(status("VmLck"));
    SHOW(hasFlag(at, "lo"));
    contents(at, 2);
  }
  SHOW(status("VmLck"));
  return 0;
}
