#include "case.h"

int main(void) {
  long before[7], after[7];
  for (int round = 0; round < 2; round++) {
    FILE *file = fopen("/proc/self/statm", "r");
    long *to = round ? after : before;
    for (int i = 0; i < 7; i++) {
      if (fscanf(file, "%ld", to + i) != 1) return 1;
    }
    fclose(file);
    if (round == 0) letters(200);
  }
  SHOW(after[0] - before[0]);
  SHOW(after[5] - before[5]);
  SHOW(after[6]);
  SHOW(after[1] > before[1] + 100);
  return 0;
}
