#include "case.h"

int main(void) {
  IN_CHILD { raise(SIGFPE); }
  IN_CHILD {
    signal(SIGFPE, SIG_IGN);
    SHOW(raise(SIGFPE));
  }
  return 0;
}
