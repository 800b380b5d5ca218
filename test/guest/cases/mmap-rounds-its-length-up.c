#include "case.h"

int main(void) {
  char *at = mmap(NULL, PAGE + 1, RW, PRIVATE, -1, 0);
  STORE(at + 2 * PAGE - 1, 1);
  picture(at, 2);
  return 0;
}
