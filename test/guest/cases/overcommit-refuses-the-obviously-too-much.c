#include "case.h"

int main(void) {
  FILE *file = fopen("/proc/sys/vm/overcommit_memory", "r");
  int mode = -1;
  if (fscanf(file, "%d", &mode) != 1) return 1;
  SHOW(mode);
  SHOW_MAP(mmap(NULL, 200L << 30, RW, PRIVATE, -1, 0));
  SHOW_MAP(mmap(NULL, 200L << 30, RW, PRIVATE | MAP_NORESERVE, -1, 0));
  SHOW_MAP(mmap(NULL, 20L << 30, PROT_READ, PRIVATE, -1, 0));
  return 0;
}
