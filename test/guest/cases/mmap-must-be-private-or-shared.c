#include "case.h"

int main(void) {
  SHOW_MAP(mmap(NULL, PAGE, RW, MAP_ANONYMOUS, -1, 0));
  SHOW_MAP(mmap(NULL, PAGE, RW, 0, letterFile(1), 0));
  return 0;
}
