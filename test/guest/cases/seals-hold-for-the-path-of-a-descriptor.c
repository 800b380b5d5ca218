#include "case.h"

int main(void) {
  char path[64];
  int fd = letterFile(2);
  snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
  SHOW(fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK));
  SHOW(open(path, O_RDWR | O_TRUNC));
  SHOW(truncate(path, PAGE));
  SHOW(truncate(path, 3 * PAGE));
  SHOW(fcntl(fd, F_ADD_SEALS, F_SEAL_GROW));
  SHOW(truncate(path, 4 * PAGE));
  int again = open(path, O_RDWR);
  SHOW(pwrite(again, "x", 1, 0));
  SHOW(fcntl(again, F_ADD_SEALS, F_SEAL_WRITE));
  SHOW(pwrite(fd, "x", 1, 0));
  SHOW(open(path, O_RDWR | O_TRUNC));
  SHOW(fcntl(open(path, O_RDONLY), F_GET_SEALS));
  SHOW(fcntl(open(path, O_RDONLY), F_ADD_SEALS, F_SEAL_SEAL));
  SHOW_MAP(mmap(NULL, PAGE, RW, MAP_SHARED, again, 0));
  SHOW_MAP(mmap(NULL, PAGE, PROT_READ, MAP_SHARED, again, 0));
  return 0;
}
