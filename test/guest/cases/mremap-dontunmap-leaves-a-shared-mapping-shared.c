#include "case.h"

int main(void) {
  char *at = mmap(NULL, PAGE, RW, SHARED, -1, 0);
  at[0] = 's';
  char *to = SHOW_MAP(mremap(at, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_DONTUNMAP, NULL));
  LOAD(at);
  LOAD(to);
  STORE(to, 't');
  LOAD(at);
  return 0;
}
