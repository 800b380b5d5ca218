#include "case.h"

int main(void) {
  char *at = letters(4);
  SHOW(smaps(at, "Rss"));
  SHOW(smaps(at, "Pss"));
  SHOW(smaps(at, "Private_Dirty"));
  IN_CHILD {
    SHOW(smaps(at, "Pss"));
    SHOW(smaps(at, "Shared_Dirty"));
    at[0] = 'x';
    SHOW(smaps(at, "Private_Dirty"));
    SHOW(smaps(at, "Shared_Dirty"));
  }
  return 0;
}
