/* head [-n LINES] [FILE…]: the first lines (10) of the files, or of standard input. */
#include <stdlib.h>
#include <unistd.h>
#include "complain.h"

static void copy(FILE *file, long lines) {
  for (int c; lines > 0 && (c = getc(file)) != EOF;) {
    putchar(c);
    if (c == '\n') lines--;
  }
}

int main(int argc, char **argv) {
  long lines = 10;
  for (int option; (option = getopt(argc, argv, "n:")) != -1;) {
    char *end = NULL;
    if (option == 'n') lines = strtol(optarg, &end, 10);
    if (option != 'n' || *end || end == optarg || lines < 0) {
      fprintf(stderr, "usage: head [-n LINES] [FILE…]\n");
      return 2;
    }
  }
  if (optind == argc) copy(stdin, lines);
  int has_several = argc - optind > 1;
  for (int i = optind; i < argc; i++) {
    FILE *file = fopen(argv[i], "r");
    if (!file) {
      complain("head", argv[i]);
      continue;
    }
    if (has_several) printf("%s==> %s <==\n", i > optind ? "\n" : "", argv[i]);
    copy(file, lines);
    fclose(file);
  }
  return exit_status;
}
