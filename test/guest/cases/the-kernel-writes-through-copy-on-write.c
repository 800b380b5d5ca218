#include "case.h"

int main(void) {
  char *at = letters(2);
  int ends[2];
  if (pipe(ends) != 0) return 1;
  IN_CHILD {
    SHOW(write(ends[1], "child", 5));
    SHOW(read(ends[0], at, 5));
    printf("%.5s\n", at);
  }
  printf("%.5s\n", at);
  return 0;
}
