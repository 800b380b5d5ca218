#include "case.h"

int main(void) {
  char *at = map(2);
  FILE *file = fopen("/proc/self/smaps", "r");
  char line[512];
  unsigned long end;
  if (!findRegion(file, at, line, sizeof line, &end)) return 1;
  at[0] = 1;
  while (fgets(line, sizeof line, file) && strncmp(line, "VmFlags", 7) != 0) {
    if (strncmp(line, "ProtectionKey", 13) == 0) continue;
    if (strncmp(line, "THPeligible", 11) == 0) *strchr(line, '\n') = 0, strcpy(line, "THPeligible:\n");
    printf("%.15s\n", line);
  }
  return 0;
}
