#include "case.h"

int main(void) {
  FILE *file = fopen("/proc/sys/vm/max_map_count", "r");
  long most = 0, made = 0;
  if (fscanf(file, "%ld", &most) != 1) return 1;
  fclose(file);
  SHOW(most);
  char *at = mmap(NULL, 140000 * PAGE, PROT_NONE, PRIVATE | MAP_NORESERVE, -1, 0);
  while (made < most && mprotect(at + 2 * made * PAGE, PAGE, PROT_READ) == 0) made++;
  printf("%s, %s\n", errorName(errno), made > most / 2 - 100 && made <= most / 2 ? "half" : "?");
  SHOW_MAP(mmap(at + 100001 * PAGE, PAGE, RW, PRIVATE | MAP_FIXED, -1, 0));
  SHOW(munmap(at + 120001 * PAGE, PAGE));
  SHOW(madvise(at + 120001 * PAGE, PAGE, MADV_DONTFORK));
  SHOW(mlock(at + 120001 * PAGE, PAGE));
  SHOW(munmap(at, 140000 * PAGE));
  return 0;
}
