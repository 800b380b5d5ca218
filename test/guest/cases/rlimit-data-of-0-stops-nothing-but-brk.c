#include "case.h"

int main(void) {
  char *start = sbrk(0);
  limit(RLIMIT_DATA, 0);
  SHOW(brk(start + 64 * PAGE));
  SHOW_MAP(mmap(NULL, 16 * PAGE, RW, PRIVATE, -1, 0));
  struct rlimit none = {0, 0};
  setrlimit(RLIMIT_DATA, &none);
  SHOW_MAP(mmap(NULL, 16 * PAGE, RW, PRIVATE, -1, 0));
  return 0;
}
