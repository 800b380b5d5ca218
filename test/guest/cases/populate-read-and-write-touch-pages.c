#include "case.h"

int main(void) {
  char *at = map(4);
  SHOW(madvise(at, 2 * PAGE, MADV_POPULATE_READ));
  resident(at, 4);
  SHOW(smaps(at, "Anonymous"));
  SHOW(madvise(at + PAGE, 2 * PAGE, MADV_POPULATE_WRITE));
  resident(at, 4);
  SHOW(smaps(at, "Anonymous"));
  return 0;
}
