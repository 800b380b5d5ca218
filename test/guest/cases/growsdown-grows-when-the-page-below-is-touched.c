#include "case.h"

int main(void) {
  char *area = mmap(NULL, 1024 * PAGE, PROT_NONE, PRIVATE, -1, 0);
  munmap(area, 1024 * PAGE);
  char *at = mmap(area + 1000 * PAGE, 2 * PAGE, RW, PRIVATE | MAP_GROWSDOWN | MAP_FIXED, -1, 0);
  picture(at - 4 * PAGE, 6);
  STORE(at - 1, 1);
  picture(at - 4 * PAGE, 6);
  STORE(at - 3 * PAGE, 1);
  picture(at - 4 * PAGE, 6);
  return 0;
}
