#include "case.h"

int main(void) {
  char *first = mmap(NULL, 63 * MIB, PROT_NONE, PRIVATE, -1, 0);
  char *second = mmap(NULL, 63 * MIB, PROT_NONE, PRIVATE, -1, 0);
  char *third = mmap(NULL, 31 * MIB, PROT_NONE, PRIVATE, -1, 0);
  SHOW((first - second) / MIB);
  SHOW((second - third) / MIB);
  munmap(second, 63 * MIB);
  SHOW((first - (char *)mmap(NULL, 63 * MIB, PROT_NONE, PRIVATE, -1, 0)) / MIB);
  return 0;
}
