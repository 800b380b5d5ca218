#include "case.h"

int main(void) {
  char *at = letters(3);
  SHOW(madvise(at + PAGE, PAGE, MADV_WIPEONFORK));
  SHOW(hasFlag(at + PAGE, "wf"));
  IN_CHILD { contents(at, 3); }
  contents(at, 3);
  SHOW(madvise(at, 3 * PAGE, MADV_KEEPONFORK));
  IN_CHILD { contents(at, 3); }
  return 0;
}
