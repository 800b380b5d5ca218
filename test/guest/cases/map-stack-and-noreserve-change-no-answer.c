#include "case.h"

int main(void) {
  char *at = SHOW_MAP(mmap(NULL, 2 * PAGE, RW, PRIVATE | MAP_STACK, -1, 0));
  STORE(at, 1);
  at = SHOW_MAP(mmap(NULL, 2 * PAGE, RW, PRIVATE | MAP_NORESERVE, -1, 0));
  STORE(at, 1);
  SHOW(hasFlag(at, "nr"));
  return 0;
}
