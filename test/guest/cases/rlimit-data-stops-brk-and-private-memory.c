#include "case.h"

int main(void) {
  char *start = sbrk(0);
  limit(RLIMIT_DATA, (unsigned long)status("VmData") * 1024 + 8 * PAGE);
  SHOW(brk(start + 64 * PAGE));
  SHOW_MAP(mmap(NULL, 16 * PAGE, RW, PRIVATE, -1, 0));
  SHOW_MAP(mmap(NULL, 16 * PAGE, PROT_READ, PRIVATE, -1, 0));
  SHOW_MAP(mmap(NULL, 16 * PAGE, RW, SHARED, -1, 0));
  SHOW_MAP(mmap(NULL, 6 * PAGE, RW, PRIVATE, -1, 0));
  return 0;
}
