#include "case.h"

int main(void) {
  char *at = mmap(NULL, 2 * PAGE, RW, MAP_SHARED, letterFile(1), 0);
  printf("before\n");
  at[PAGE] = 1;
  printf("after\n");
  return 0;
}
