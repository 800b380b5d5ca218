#include "case.h"

int main(void) {
  int fd = open("data", O_WRONLY | O_CREAT, 0600);
  SHOW_MAP(mmap(NULL, PAGE, PROT_WRITE, MAP_SHARED, fd, 0));
  SHOW_MAP(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, fd, 0));
  SHOW_MAP(mmap(NULL, PAGE, PROT_NONE, MAP_PRIVATE, fd, 0));
  unlink("data");
  return 0;
}
