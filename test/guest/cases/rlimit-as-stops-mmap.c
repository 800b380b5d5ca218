#include "case.h"

int main(void) {
  limit(RLIMIT_AS, (unsigned long)status("VmSize") * 1024 + 8 * PAGE);
  SHOW_MAP(mmap(NULL, 16 * PAGE, RW, PRIVATE, -1, 0));
  SHOW_MAP(mmap(NULL, 16 * PAGE, PROT_NONE, PRIVATE | MAP_NORESERVE, -1, 0));
  char *at = SHOW_MAP(mmap(NULL, 4 * PAGE, RW, PRIVATE, -1, 0));
  SHOW(mmap(at, 4 * PAGE, RW, PRIVATE | MAP_FIXED, -1, 0) == at);
  return 0;
}
