#include "case.h"

int main(void) {
  char *at = mmap(NULL, 4 * PAGE, RW, PRIVATE | MAP_POPULATE, -1, 0);
  resident(at, 4);
  at = mmap(NULL, 4 * PAGE, RW, PRIVATE, -1, 0);
  resident(at, 4);
  at = mmap(NULL, 4 * PAGE, PROT_NONE, PRIVATE | MAP_POPULATE, -1, 0);
  resident(at, 4);
  SHOW(smaps(at, "Rss"));
  return 0;
}
