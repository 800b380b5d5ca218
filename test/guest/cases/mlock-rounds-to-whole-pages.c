#include "case.h"

int main(void) {
  char *at = map(4);
  SHOW(mlock(at + PAGE + 5, PAGE));
  SHOW(status("VmLck"));
  SHOW(munlock(at + PAGE + 5, 1));
  SHOW(status("VmLck"));
  return 0;
}
