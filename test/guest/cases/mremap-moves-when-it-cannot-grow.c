#include "case.h"

int main(void) {
  char *at = letters(3);
  char *to = SHOW_MAP(mremap(at, 2 * PAGE, 4 * PAGE, MREMAP_MAYMOVE));
  SHOW(to != at);
  contents(to, 4);
  picture(at, 3);
  LOAD(at);
  LOAD(at + 2 * PAGE);
  return 0;
}
