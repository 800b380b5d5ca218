#include "case.h"

int main(void) {
  limit(RLIMIT_MEMLOCK, 0);
  char *at = map(1);
  SHOW(mlock(at, PAGE));
  SHOW(mlockall(MCL_CURRENT));
  SHOW_MAP(mmap(NULL, PAGE, RW, PRIVATE | MAP_LOCKED, -1, 0));
  SHOW(munlock(at, PAGE));
  SHOW(munlockall());
  return 0;
}
