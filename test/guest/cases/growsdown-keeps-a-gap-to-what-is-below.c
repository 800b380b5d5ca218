#include "case.h"

int main(void) {
  char *area = mmap(NULL, 1024 * PAGE, PROT_NONE, PRIVATE, -1, 0);
  munmap(area, 1024 * PAGE);
  char *low = mmap(area, PAGE, RW, PRIVATE | MAP_FIXED, -1, 0);
  char *at = mmap(low + 300 * PAGE, PAGE, RW, PRIVATE | MAP_GROWSDOWN | MAP_FIXED, -1, 0);
  STORE(at - 10 * PAGE, 1);
  STORE(at - 43 * PAGE, 1);
  STORE(at - 44 * PAGE, 1);
  STORE(at - 100 * PAGE, 1);
  return 0;
}
