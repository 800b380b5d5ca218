#include "case.h"

int main(void) {
  limit(RLIMIT_MEMLOCK, 8 * PAGE);
  char *at = SHOW_MAP(mmap(NULL, 4 * PAGE, RW, PRIVATE | MAP_LOCKED, -1, 0));
  resident(at, 4);
  SHOW(status("VmLck"));
  SHOW_MAP(mmap(NULL, 5 * PAGE, RW, PRIVATE | MAP_LOCKED, -1, 0));
  return 0;
}
