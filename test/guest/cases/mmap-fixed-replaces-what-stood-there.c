#include "case.h"

int main(void) {
  char *at = letters(5);
  SHOW(mmap(at + PAGE, 2 * PAGE, PROT_READ, PRIVATE | MAP_FIXED, -1, 0) == at + PAGE);
  contents(at, 5);
  picture(at, 5);
  return 0;
}
