#include "case.h"

int main(void) {
  char *at = map(2);
  SHOW_MAP(mmap(at + 1, PAGE, RW, PRIVATE | MAP_FIXED, -1, 0));
  SHOW_MAP(mmap(at + 2048, 0, RW, PRIVATE | MAP_FIXED, -1, 0));
  return 0;
}
