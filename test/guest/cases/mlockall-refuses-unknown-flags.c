#include "case.h"

int main(void) {
  SHOW(mlockall(0));
  SHOW(mlockall(8));
  SHOW(mlockall(MCL_ONFAULT));
  limit(RLIMIT_MEMLOCK, 4 * PAGE);
  SHOW(mlockall(MCL_CURRENT));
  SHOW(mlockall(MCL_FUTURE | MCL_ONFAULT));
  char *at = map(2);
  resident(at, 2);
  SHOW(status("VmLck"));
  return 0;
}
