#include "case.h"

int main(void) {
  int ends[2];
  char *at = letters(2);
  if (pipe(ends) != 0) return 1;
  munmap(at + PAGE, PAGE);
  SHOW(write(ends[1], at + PAGE - 10, 30));
  SHOW(write(ends[1], at + PAGE, 30));
  SHOW(write(ends[1], "0123456789", 10));
  SHOW(read(ends[0], at + PAGE, 5));
  SHOW(read(ends[0], at, 5));
  return 0;
}
