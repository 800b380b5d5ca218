#include "case.h"

int main(void) {
  char *at = mmap(NULL, 2 * PAGE, RW, SHARED, -1, 0);
  memcpy(at, "s", 1);
  SHOW(madvise(at, 2 * PAGE, MADV_DONTNEED));
  contents(at, 2);
  SHOW(smaps(at, "Rss"));
  return 0;
}
