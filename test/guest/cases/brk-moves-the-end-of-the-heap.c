#include "case.h"

int main(void) {
  char *start = sbrk(0);
  SHOW(brk(start + 3 * PAGE));
  STORE(start + 3 * PAGE - 1, 1);
  SHOW((char *)sbrk(0) - start);
  SHOW(brk(start + PAGE));
  LOAD(start + 2 * PAGE);
  SHOW(brk(start + 3 * PAGE));
  LOAD(start + 3 * PAGE - 1);
  return 0;
}
