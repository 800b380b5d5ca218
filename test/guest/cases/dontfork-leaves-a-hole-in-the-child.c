#include "case.h"

int main(void) {
  char *at = letters(3);
  SHOW(madvise(at + PAGE, PAGE, MADV_DONTFORK));
  IN_CHILD {
    LOAD(at);
    LOAD(at + PAGE);
    LOAD(at + 2 * PAGE);
    picture(at, 3);
  }
  SHOW(madvise(at, 3 * PAGE, MADV_DOFORK));
  IN_CHILD { contents(at, 3); }
  return 0;
}
