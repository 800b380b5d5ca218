#include "case.h"

int main(void) {
  SHOW_MAP(mmap(NULL, PAGE, RW, PRIVATE | MAP_FIXED, -1, 0));
  SHOW_MAP(mmap(NULL, PAGE, RW, PRIVATE | MAP_FIXED_NOREPLACE, -1, 0));
  SHOW(mmap((void *)1, PAGE, RW, PRIVATE, -1, 0) != NULL);
  LOAD(NULL);
  return 0;
}
