#include <sys/prctl.h>

#include "case.h"

#ifndef PR_SET_VMA
#define PR_SET_VMA 0x53564d41
#define PR_SET_VMA_ANON_NAME 0
#endif

int main(void) {
  char *at = map(2);
  SHOW(prctl(PR_SET_VMA, PR_SET_VMA_ANON_NAME, at + 1, PAGE, "x"));
  SHOW(prctl(PR_SET_VMA, 7, at, PAGE, "x"));
  return 0;
}
