#include "case.h"

int main(void) {
  char *at = mmap(NULL, 2 * PAGE, RW, SHARED, -1, 0);
  at[0] = 'a';
  char *copy = SHOW_MAP(mremap(at, 0, 2 * PAGE, MREMAP_MAYMOVE));
  STORE(copy + PAGE, 'b');
  contents(at, 2);
  contents(copy, 2);
  SHOW_MAP(mremap(at, 0, PAGE, 0));
  SHOW_MAP(mremap(map(1), 0, PAGE, MREMAP_MAYMOVE));
  return 0;
}
