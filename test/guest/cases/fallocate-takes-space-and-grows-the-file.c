#include "case.h"

int main(void) {
  int fd = memfd_create("space", 0);
  struct stat file;
  SHOW(fallocate(fd, 0, 0, 3 * PAGE));
  fstat(fd, &file);
  SHOW(file.st_size);
  SHOW(file.st_blocks);
  SHOW(fallocate(fd, FALLOC_FL_KEEP_SIZE, 4 * PAGE, PAGE));
  fstat(fd, &file);
  SHOW(file.st_size);
  SHOW(file.st_blocks);
  return 0;
}
