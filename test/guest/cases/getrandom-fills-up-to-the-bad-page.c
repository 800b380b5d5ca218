#include "case.h"

#include <sys/random.h>

int main(void) {
  char *at = map(2);
  munmap(at + PAGE, PAGE);
  SHOW(getrandom(at, 10, 0));
  SHOW(getrandom(at + PAGE, 10, 0));
  SHOW(getrandom(at, 10, 0x100));
  SHOW(getrandom(at, 0, 0));
  return 0;
}
