/* wc [-lwc] [FILE…]: lines, words and bytes of the files, or of standard input. */
#include <ctype.h>
#include <fcntl.h>
#include <unistd.h>
#include "complain.h"

typedef struct {
  unsigned long lines, words, bytes;
} Counts;

static int shows_lines, shows_words, shows_bytes;

static void print(const Counts *counts, const char *name) {
  const char *separator = "";
  if (shows_lines) printf("%lu", counts->lines), separator = " ";
  if (shows_words) printf("%s%lu", separator, counts->words), separator = " ";
  if (shows_bytes) printf("%s%lu", separator, counts->bytes);
  printf("%s%s\n", *name ? " " : "", name);
}

static int count(int fd, const char *name, Counts *counts) {
  static unsigned char bytes[65536];
  int is_in_word = 0;
  for (;;) {
    ssize_t length = read(fd, bytes, sizeof bytes);
    if (length == 0) return 0;
    if (length < 0) {
      complain("wc", name);
      return -1;
    }
    counts->bytes += (unsigned long)length;
    for (ssize_t i = 0; i < length; i++) {
      if (bytes[i] == '\n') counts->lines++;
      if (isspace(bytes[i])) is_in_word = 0;
      else if (!is_in_word) is_in_word = 1, counts->words++;
    }
  }
}

int main(int argc, char **argv) {
  for (int option; (option = getopt(argc, argv, "lwc")) != -1;) {
    if (option == 'l') shows_lines = 1;
    else if (option == 'w') shows_words = 1;
    else if (option == 'c') shows_bytes = 1;
    else return 2;
  }
  if (!shows_lines && !shows_words && !shows_bytes) shows_lines = shows_words = shows_bytes = 1;
  Counts total = {0};
  if (optind == argc && count(0, "-", &total) == 0) print(&total, "");
  for (int i = optind; i < argc; i++) {
    Counts counts = {0};
    int fd = open(argv[i], O_RDONLY);
    if (fd < 0) {
      complain("wc", argv[i]);
      continue;
    }
    if (count(fd, argv[i], &counts) == 0) print(&counts, argv[i]);
    close(fd);
    total.lines += counts.lines;
    total.words += counts.words;
    total.bytes += counts.bytes;
  }
  if (argc - optind > 1) print(&total, "total");
  return exit_status;
}
