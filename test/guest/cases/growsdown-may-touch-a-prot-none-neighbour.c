#include "case.h"

int main(void) {
  char *area = mmap(NULL, 1024 * PAGE, PROT_NONE, PRIVATE, -1, 0);
  char *at = mmap(area + 500 * PAGE, PAGE, RW, PRIVATE | MAP_GROWSDOWN | MAP_FIXED, -1, 0);
  munmap(area + 400 * PAGE, 100 * PAGE);
  STORE(at - 50 * PAGE, 1);
  STORE(at - 100 * PAGE, 1);
  STORE(at - 101 * PAGE, 1);
  return 0;
}
