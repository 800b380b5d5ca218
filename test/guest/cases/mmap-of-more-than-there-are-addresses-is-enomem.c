#include "case.h"

int main(void) {
  SHOW_MAP(mmap(NULL, 1UL << 47, PROT_NONE, PRIVATE | MAP_NORESERVE, -1, 0));
  SHOW_MAP(mmap(NULL, -PAGE, PROT_NONE, PRIVATE | MAP_NORESERVE, -1, 0));
  SHOW_MAP(mmap(NULL, -1UL, PROT_NONE, PRIVATE | MAP_NORESERVE, -1, 0));
  SHOW_MAP(mmap((void *)(1UL << 62), PAGE, RW, PRIVATE | MAP_FIXED, -1, 0));
  return 0;
}
