#include "case.h"

int main(void) {
  char *at = map(6);
  at[PAGE] = 1;
  at[4 * PAGE] = 1;
  resident(at, 6);
  madvise(at + PAGE, PAGE, MADV_DONTNEED);
  resident(at, 6);
  LOAD(at + 5 * PAGE);
  resident(at, 6);
  return 0;
}
