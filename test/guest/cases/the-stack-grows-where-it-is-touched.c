#include "case.h"

int main(void) {
  volatile char here;
  STORE((char *)&here - 100 * PAGE, 1);
  STORE((char *)&here - 1000 * PAGE, 1);
  SHOW(hasFlag((char *)&here - 999 * PAGE, "gd"));
  return 0;
}
