#include "case.h"

int main(void) {
  char *at = mmap(NULL, 2 * PAGE, RW, MAP_PRIVATE | MAP_POPULATE, letterFile(2), 0);
  SHOW(smaps(at, "Rss"));
  SHOW(smaps(at, "Anonymous"));
  at = mmap(NULL, 2 * PAGE, PROT_READ, MAP_PRIVATE | MAP_POPULATE, letterFile(2), 0);
  SHOW(smaps(at, "Rss"));
  SHOW(smaps(at, "Anonymous"));
  return 0;
}
