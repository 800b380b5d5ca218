#include "case.h"

static void again(int number) {
  printf("handled %d\n", number);
  *(volatile char *)16 = 1;
}

int main(void) {
  signal(SIGSEGV, again);
  *(volatile char *)8 = 1;
  return 0;
}
