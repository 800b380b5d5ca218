#include "case.h"

int main(void) {
  printf("before\n");
  *(volatile char *)mmap(NULL, PAGE, PROT_READ, PRIVATE, -1, 0) = 1;
  printf("after\n");
  return 0;
}
