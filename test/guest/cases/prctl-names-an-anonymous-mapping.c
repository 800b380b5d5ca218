#include "case.h"

#include <sys/prctl.h>

int main(void) {
  char *at = map(3);
  SHOW(prctl(0x53564d41, 0, at, PAGE + 1, "stack of one"));
  SHOW(prctl(0x53564d41, 0, at + 1, PAGE, "x"));
  SHOW(prctl(0x53564d41, 0, at, PAGE, "bad[name"));
  SHOW(prctl(0x53564d41, 1, at, PAGE, "x"));
  return 0;
}
