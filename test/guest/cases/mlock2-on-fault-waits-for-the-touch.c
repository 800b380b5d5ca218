#include "case.h"

int main(void) {
  char *at = map(3);
  SHOW(mlock2(at, 3 * PAGE, MLOCK_ONFAULT));
  resident(at, 3);
  STORE(at + PAGE, 1);
  resident(at, 3);
  SHOW(status("VmLck"));
  SHOW(mlock2(at, PAGE, 2));
  SHOW(mlock2(at, PAGE, 0));
  resident(at, 3);
  return 0;
}
