#include "case.h"

int main(void) {
  char *at = map(4);
  limit(RLIMIT_AS, (unsigned long)status("VmSize") * 1024 + PAGE);
  SHOW_MAP(mremap(at, 4 * PAGE, 64 * PAGE, MREMAP_MAYMOVE));
  SHOW_MAP(mremap(at, 4 * PAGE, 4 * PAGE, MREMAP_MAYMOVE));
  return 0;
}
