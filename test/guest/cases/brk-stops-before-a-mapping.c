#include "case.h"

int main(void) {
  char *start = sbrk(0);
  char *up = (char *)(((long)start + PAGE - 1) & -PAGE) + 16 * PAGE;
  SHOW(mmap(up, PAGE, RW, PRIVATE | MAP_FIXED_NOREPLACE, -1, 0) == up);
  SHOW(brk(up + 2 * PAGE));
  SHOW(brk(up - PAGE));
  SHOW((char *)sbrk(0) == up - PAGE);
  return 0;
}
