#include "case.h"

int main(void) {
  char *at = map(3);
  SHOW(mlock2(at + PAGE, PAGE, MLOCK_ONFAULT));
  SHOW(regions(at, 3));
  SHOW(hasFlag(at + PAGE, "lo"));
  SHOW(hasFlag(at, "lo"));
  SHOW(mlock(at, 3 * PAGE));
  SHOW(regions(at, 3));
  SHOW(munlock(at, 3 * PAGE));
  SHOW(hasFlag(at + PAGE, "lo"));
  SHOW(mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT));
  char *next = map(2);
  SHOW(hasFlag(next, "lo"));
  resident(next, 2);
  SHOW(munlockall());
  SHOW(hasFlag(next, "lo"));
  return 0;
}
