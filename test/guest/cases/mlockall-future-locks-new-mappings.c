#include "case.h"

int main(void) {
  limit(RLIMIT_MEMLOCK, 4 * PAGE);
  SHOW(mlockall(MCL_FUTURE));
  char *at = map(2);
  resident(at, 2);
  SHOW(status("VmLck"));
  SHOW_MAP(mmap(NULL, 3 * PAGE, RW, PRIVATE, -1, 0));
  SHOW(munlockall());
  SHOW(status("VmLck"));
  resident(map(2), 2);
  return 0;
}
