/* echo [-n] [WORD…]: its arguments on one line. */
#include <stdio.h>
#include <string.h>

int main(int argc, char **argv) {
  int first = 1;
  int ends_line = !(argc > 1 && strcmp(argv[1], "-n") == 0);
  if (!ends_line) first = 2;
  for (int i = first; i < argc; i++) printf("%s%s", i > first ? " " : "", argv[i]);
  if (ends_line) putchar('\n');
  return fflush(stdout) == 0 ? 0 : 1;
}
