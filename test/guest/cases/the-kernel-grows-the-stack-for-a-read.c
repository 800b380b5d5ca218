#include "case.h"

int main(void) {
  volatile char here;
  int fd = letterFile(1);
  lseek(fd, 0, SEEK_SET);
  SHOW(read(fd, (char *)&here - 200 * PAGE, 10));
  LOAD((char *)&here - 200 * PAGE);
  return 0;
}
