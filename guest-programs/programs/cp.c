/* cp FROM… TO: copies files; several only into a folder. */
#include "transfer.h"

int main(int argc, char **argv) {
  if (argc < 3) {
    fprintf(stderr, "usage: cp FROM… TO\n");
    return 2;
  }
  const char *to = argv[argc - 1];
  if (argc > 3 && !is_folder(to)) {
    fprintf(stderr, "cp: %s: not a folder\n", to);
    return 1;
  }
  for (int i = 1; i < argc - 1; i++) {
    char path[4096];
    if (is_folder(argv[i])) {
      errno = EISDIR;
      complain("cp", argv[i]);
    } else {
      copy_file("cp", argv[i], target_path(argv[i], to, path, sizeof path));
    }
  }
  return exit_status;
}
