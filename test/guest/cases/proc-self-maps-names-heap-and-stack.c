#include "case.h"

int main(void) {
  char line[512], *at = malloc(10);
  unsigned long end;
  char here;
  const char *const places[] = {at, &here};
  for (int i = 0; i < 2; i++) {
    FILE *maps = fopen("/proc/self/maps", "r");
    if (findRegion(maps, places[i], line, sizeof line, &end)) {
      char flags[8] = "", offset[16] = "", device[8] = "", name[64] = "";
      long inode = -1;
      sscanf(line, "%*s %7s %15s %7s %ld %63s", flags, offset, device, &inode, name);
      printf("%s %s %s %ld %s, name at %d\n", flags, offset, device, inode, name,
             (int)(strchr(line, '[') - line));
    }
    fclose(maps);
  }
  return 0;
}
