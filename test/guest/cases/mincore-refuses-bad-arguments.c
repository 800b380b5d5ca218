#include "case.h"

int main(void) {
  char *at = map(2);
  unsigned char vector[4];
  SHOW(mincore(at + 1, PAGE, vector));
  SHOW(mincore(at, 0, vector));
  SHOW(mincore(at, 2 * PAGE, NULL));
  SHOW(mincore(at, -1UL, vector));
  munmap(at + PAGE, PAGE);
  SHOW(mincore(at, 2 * PAGE, vector));
  SHOW(mincore(at, PAGE, vector));
  return 0;
}
