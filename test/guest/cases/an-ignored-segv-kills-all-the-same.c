#include "case.h"

int main(void) {
  signal(SIGSEGV, SIG_IGN);
  printf("before\n");
  *(volatile char *)8 = 1;
  printf("after\n");
  return 0;
}
