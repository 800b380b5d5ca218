#include "case.h"

int main(void) {
  SHOW_MAP(mmap(NULL, 0, RW, PRIVATE, -1, 0));
  SHOW_MAP(mmap(NULL, 0, RW, MAP_SHARED, 0, 1));
  return 0;
}
