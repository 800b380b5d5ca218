#include "case.h"

int main(void) {
  limit(RLIMIT_MEMLOCK, 2 * PAGE);
  char *at = map(4);
  SHOW(mlock(at, 3 * PAGE));
  SHOW(mlock(at, 2 * PAGE));
  SHOW(mlock(at + 2 * PAGE, PAGE));
  SHOW(mlock(at, 2 * PAGE));
  SHOW(mlock(at + PAGE, 2 * PAGE));
  SHOW(status("VmLck"));
  return 0;
}
