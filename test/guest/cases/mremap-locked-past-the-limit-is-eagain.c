#include "case.h"

int main(void) {
  char *at = map(4);
  munmap(at + 2 * PAGE, 2 * PAGE);
  limit(RLIMIT_MEMLOCK, 3 * PAGE);
  SHOW(mlock(at, 2 * PAGE));
  SHOW_MAP(mremap(at, 2 * PAGE, 4 * PAGE, MREMAP_MAYMOVE));
  SHOW((char *)mremap(at, 2 * PAGE, 3 * PAGE, MREMAP_MAYMOVE) - at);
  SHOW(status("VmLck"));
  resident(at, 3);
  return 0;
}
