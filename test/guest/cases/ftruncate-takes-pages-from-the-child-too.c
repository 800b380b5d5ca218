#include "case.h"

int main(void) {
  int fd = letterFile(2);
  char *at = mmap(NULL, 2 * PAGE, RW, MAP_PRIVATE, fd, 0);
  int ends[2], back[2];
  if (pipe(ends) != 0 || pipe(back) != 0) return 1;
  memset(at, 'c', 2 * PAGE);
  fflush(stdout);
  pid_t child = fork();
  char byte = 'x';
  if (child == 0) {
    if (read(ends[0], &byte, 1) != 1) _exit(1);
    LOAD(at + PAGE);
    LOAD(at);
    fflush(stdout);
    _exit(0);
  }
  SHOW(ftruncate(fd, PAGE));
  fflush(stdout);
  if (write(ends[1], &byte, 1) != 1) return 1;
  SHOW(waitpid(child, NULL, 0) == child);
  return 0;
}
