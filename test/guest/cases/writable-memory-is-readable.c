#include "case.h"

int main(void) {
  char *at = mmap(NULL, PAGE, PROT_WRITE, PRIVATE, -1, 0);
  STORE(at, 7);
  LOAD(at);
  picture(at, 1);
  return 0;
}
