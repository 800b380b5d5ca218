#include "case.h"

int main(void) {
  char *at = mmap(NULL, PAGE, RW, MAP_SHARED, letterFile(1), 0);
  FILE *maps = fopen("/proc/self/maps", "r");
  char line[512];
  unsigned long end;
  if (findRegion(maps, at, line, sizeof line, &end)) printf("%s", strchr(line, '/'));
  return 0;
}
