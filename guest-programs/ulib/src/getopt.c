/* getopt(3) without the reordering of arguments that GNU adds. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

char *optarg;
int optind = 1, opterr = 1, optopt;

int getopt(int argc, char *const argv[], const char *options) {
  static const char *next; /* inside an argument such as -abc */
  if (!next || !*next) {
    if (optind >= argc || argv[optind][0] != '-' || !argv[optind][1]) return -1;
    if (strcmp(argv[optind], "--") == 0) {
      optind++;
      return -1;
    }
    next = argv[optind++] + 1;
  }
  optopt = *next++;
  const char *known = optopt == ':' ? NULL : strchr(options, optopt);
  if (!known) {
    if (opterr && *options != ':') fprintf(stderr, "%s: invalid option -- '%c'\n", argv[0], optopt);
    return '?';
  }
  if (known[1] != ':') return optopt;
  optarg = *next ? (char *)next : optind < argc ? argv[optind++] : NULL;
  next = NULL;
  if (optarg) return optopt;
  if (opterr && *options != ':') {
    fprintf(stderr, "%s: option requires an argument -- '%c'\n", argv[0], optopt);
  }
  return *options == ':' ? ':' : '?';
}
