#include "case.h"

int main(void) {
  int fd = letterFile(6);
  char *at = mmap(NULL, 2 * PAGE, PROT_READ, MAP_SHARED, fd, 2 * PAGE);
  char *to = SHOW_MAP(mremap(at, 2 * PAGE, 4 * PAGE, MREMAP_MAYMOVE));
  contents(to, 4);
  to = SHOW_MAP(mremap(to + PAGE, 3 * PAGE, 3 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, map(3)));
  contents(to, 3);
  return 0;
}
