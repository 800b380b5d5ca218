#include "case.h"

int main(void) {
  char *at = letters(3);
  IN_CHILD {
    at[0] = '1';
    IN_CHILD {
      at[1 * PAGE] = '2';
      contents(at, 3);
    }
    contents(at, 3);
  }
  contents(at, 3);
  at[2 * PAGE] = '0';
  contents(at, 3);
  return 0;
}
