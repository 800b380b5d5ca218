#include "case.h"

int main(void) {
  int fd = open("data", O_RDWR | O_CREAT, 0600);
  if (write(fd, "still here", 11) != 11) return 1;
  char *at = mmap(NULL, PAGE, RW, MAP_SHARED, fd, 0);
  close(fd);
  unlink("data");
  printf("%s\n", at);
  FILE *maps = fopen("/proc/self/maps", "r");
  char line[512];
  while (fgets(line, sizeof line, maps)) {
    if (strstr(line, "/data")) printf("%s", strstr(line, "/data"));
  }
  return 0;
}
