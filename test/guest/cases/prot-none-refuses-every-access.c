#include "case.h"

int main(void) {
  char *at = mmap(NULL, PAGE, PROT_NONE, PRIVATE, -1, 0);
  LOAD(at);
  STORE(at + 100, 1);
  mprotect(at, PAGE, RW);
  STORE(at + 100, 1);
  mprotect(at, PAGE, PROT_NONE);
  LOAD(at + 100);
  return 0;
}
