#include "case.h"

int main(void) {
  int writable = open("data", O_RDWR | O_CREAT, 0600);
  if (write(writable, "hello", 5) != 5) return 1;
  int fd = open("data", O_RDONLY);
  char *at = mmap(NULL, PAGE, RW, MAP_PRIVATE, fd, 0);
  at[0] = 'j';
  char bytes[6] = "";
  SHOW(pread(writable, bytes, 5, 0));
  printf("%s, but %s\n", at, bytes);
  unlink("data");
  return 0;
}
