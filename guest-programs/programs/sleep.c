/* sleep SECONDS: waits; the seconds may have a fraction. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

int main(int argc, char **argv) {
  struct timespec duration = {0};
  char *at = argc == 2 ? argv[1] : "";
  int is_number = isdigit((unsigned char)*at) || *at == '.';
  if (isdigit((unsigned char)*at)) duration.tv_sec = strtol(at, &at, 10);
  if (*at == '.') {
    for (long unit = 100000000; isdigit((unsigned char)*++at); unit /= 10) {
      duration.tv_nsec += (*at - '0') * unit;
    }
  }
  if (!is_number || *at) {
    fprintf(stderr, "usage: sleep SECONDS\n");
    return 2;
  }
  return nanosleep(&duration, NULL) == 0 ? 0 : 1;
}
