/* yes [WORD…]: the words, or y, line after line until nobody reads them. */
#include <stdio.h>

int main(int argc, char **argv) {
  for (;;) {
    if (argc < 2) fputs("y", stdout);
    for (int i = 1; i < argc; i++) {
      if (i > 1) putchar(' ');
      fputs(argv[i], stdout);
    }
    putchar('\n');
    if (ferror(stdout)) return 1;
  }
}
