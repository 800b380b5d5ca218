#include "case.h"

int main(void) {
  char *at = mmap(NULL, 16 * PAGE, PROT_READ, PRIVATE, -1, 0);
  limit(RLIMIT_DATA, (unsigned long)status("VmData") * 1024 + 8 * PAGE);
  SHOW(mprotect(at, 16 * PAGE, RW));
  SHOW(mprotect(at, 16 * PAGE, PROT_NONE));
  SHOW(mprotect(at, 4 * PAGE, RW));
  picture(at, 16);
  return 0;
}
