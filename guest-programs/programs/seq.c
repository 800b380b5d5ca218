/* seq [FIRST [STEP]] LAST: whole numbers, one on each line. */
#include <stdio.h>
#include <stdlib.h>

static long number(const char *text) {
  char *end;
  long value = strtol(text, &end, 10);
  if (!*end && end != text) return value;
  fprintf(stderr, "seq: %s is no whole number\n", text);
  exit(2);
}

int main(int argc, char **argv) {
  if (argc < 2 || argc > 4) {
    fprintf(stderr, "usage: seq [FIRST [STEP]] LAST\n");
    return 2;
  }
  long first = argc > 2 ? number(argv[1]) : 1;
  long step = argc > 3 ? number(argv[2]) : 1;
  long last = number(argv[argc - 1]);
  if (step == 0) {
    fprintf(stderr, "seq: a step of 0 leads nowhere\n");
    return 2;
  }
  for (long at = first; step > 0 ? at <= last : at >= last;) {
    printf("%ld\n", at);
    if (__builtin_add_overflow(at, step, &at)) break;
  }
  return 0;
}
