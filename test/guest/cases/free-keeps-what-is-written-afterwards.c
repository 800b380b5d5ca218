#include "case.h"

int main(void) {
  char *at = letters(2);
  SHOW(madvise(at, 2 * PAGE, MADV_FREE));
  STORE(at, 'x');
  LOAD(at);
  return 0;
}
