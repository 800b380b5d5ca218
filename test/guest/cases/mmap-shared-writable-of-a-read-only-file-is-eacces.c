#include "case.h"

int main(void) {
  close(open("data", O_RDWR | O_CREAT, 0600));
  int fd = open("data", O_RDONLY);
  SHOW_MAP(mmap(NULL, PAGE, RW, MAP_SHARED, fd, 0));
  SHOW_MAP(mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0));
  SHOW_MAP(mmap(NULL, PAGE, RW, MAP_SHARED_VALIDATE, fd, 0));
  unlink("data");
  return 0;
}
