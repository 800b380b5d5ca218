#include "case.h"

int main(void) {
  char *at = map(2);
  munmap(at + PAGE, PAGE);
  memcpy(at + PAGE - 5, "/dev/", 5);
  SHOW(open(NULL, O_RDONLY));
  SHOW(open(at + PAGE - 5, O_RDONLY));
  SHOW(open((char *)1, O_RDONLY));
  SHOW(open("", O_RDONLY));
  memset(at, 'p', PAGE);
  SHOW(open(at, O_RDONLY));
  return 0;
}
