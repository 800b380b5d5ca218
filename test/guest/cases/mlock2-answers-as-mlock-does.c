#include "case.h"

int main(void) {
  char *at = map(3);
  SHOW(munmap(at + PAGE, PAGE));
  SHOW(mlock2(at, 3 * PAGE, MLOCK_ONFAULT));
  SHOW(status("VmLck"));
  resident(at, 1);
  SHOW(mlock2(at, PAGE, MLOCK_ONFAULT | 2));
  limit(RLIMIT_MEMLOCK, 2 * PAGE);
  char *more = map(4);
  SHOW(mlock2(more, 2 * PAGE, MLOCK_ONFAULT));
  SHOW(mlock2(more, PAGE, MLOCK_ONFAULT));
  SHOW(mlock2(more, PAGE, 0));
  resident(more, 2);
  limit(RLIMIT_MEMLOCK, 0);
  SHOW(mlock2(more, PAGE, MLOCK_ONFAULT));
  SHOW(munlock(at, PAGE));
  return 0;
}
