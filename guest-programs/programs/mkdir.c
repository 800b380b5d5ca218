/* mkdir [-p] FOLDER…: -p makes the folders above as well and does not mind one that is there. */
#include <sys/stat.h>
#include <unistd.h>
#include "complain.h"

static int makes_parents;

static void make(char *path) {
  for (char *slash = path + 1; makes_parents && (slash = strchr(slash, '/')); slash++) {
    *slash = 0;
    if (mkdir(path, 0777) < 0 && errno != EEXIST) {
      complain("mkdir", path);
      return;
    }
    *slash = '/';
  }
  if (mkdir(path, 0777) == 0) return;
  struct stat status;
  if (makes_parents && errno == EEXIST && stat(path, &status) == 0 && S_ISDIR(status.st_mode)) return;
  complain("mkdir", path);
}

int main(int argc, char **argv) {
  for (int option; (option = getopt(argc, argv, "p")) != -1;) {
    if (option != 'p') return 2;
    makes_parents = 1;
  }
  if (optind == argc) {
    fprintf(stderr, "usage: mkdir [-p] FOLDER…\n");
    return 2;
  }
  for (int i = optind; i < argc; i++) make(argv[i]);
  return exit_status;
}
