/* mv FROM… TO: renames; several only into a folder. Across file systems a file is copied. */
#include "transfer.h"

int main(int argc, char **argv) {
  if (argc < 3) {
    fprintf(stderr, "usage: mv FROM… TO\n");
    return 2;
  }
  const char *to = argv[argc - 1];
  if (argc > 3 && !is_folder(to)) {
    fprintf(stderr, "mv: %s: not a folder\n", to);
    return 1;
  }
  for (int i = 1; i < argc - 1; i++) {
    char buffer[4096];
    const char *path = target_path(argv[i], to, buffer, sizeof buffer);
    if (rename(argv[i], path) == 0) continue;
    if (errno == EXDEV && !is_folder(argv[i])) {
      if (copy_file("mv", argv[i], path) == 0 && unlink(argv[i]) < 0) complain("mv", argv[i]);
    } else {
      complain("mv", argv[i]);
    }
  }
  return exit_status;
}
