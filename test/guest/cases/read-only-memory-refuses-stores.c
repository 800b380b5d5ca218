#include "case.h"

int main(void) {
  char *at = mmap(NULL, PAGE, PROT_READ, PRIVATE, -1, 0);
  LOAD(at + 8);
  STORE(at + 8, 1);
  LOAD(at + 8);
  return 0;
}
