#include "case.h"

int main(void) {
  char *area = map(64);
  char *at = mmap(area + 40 * PAGE, 4 * PAGE, RW, PRIVATE | MAP_GROWSDOWN | MAP_FIXED, -1, 0);
  SHOW(mprotect(at + 2 * PAGE, PAGE, PROT_READ | PROT_GROWSDOWN));
  picture(at, 4);
  SHOW(mprotect(area, PAGE, PROT_READ | PROT_GROWSDOWN));
  return 0;
}
