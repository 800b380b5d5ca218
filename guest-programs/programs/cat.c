/* cat [FILE…]: the files, or standard input for none and for -, one after the other. */
#include <fcntl.h>
#include <unistd.h>
#include "complain.h"

static void copy(int fd, const char *name) {
  static char bytes[65536];
  for (;;) {
    ssize_t count = read(fd, bytes, sizeof bytes);
    if (count == 0) return;
    if (count < 0) {
      complain("cat", name);
      return;
    }
    for (ssize_t at = 0, written; at < count; at += written) {
      written = write(1, bytes + at, (size_t)(count - at));
      if (written < 0) {
        complain("cat", "write");
        return;
      }
    }
  }
}

int main(int argc, char **argv) {
  if (argc == 1) copy(0, "-");
  for (int i = 1; i < argc; i++) {
    int is_input = strcmp(argv[i], "-") == 0;
    int fd = is_input ? 0 : open(argv[i], O_RDONLY);
    if (fd < 0) {
      complain("cat", argv[i]);
      continue;
    }
    copy(fd, argv[i]);
    if (!is_input) close(fd);
  }
  return exit_status;
}
