#include "case.h"

int main(void) {
  int fd = open("/proc/self/pagemap", O_RDONLY);
  char *at = map(4);
  at[PAGE] = 1;
  char *shared = mmap(NULL, PAGE, RW, MAP_SHARED, letterFile(1), 0);
  LOAD(shared);
  uint64_t entry[5];
  SHOW(pread(fd, entry, 32, (long)at / PAGE * 8));
  SHOW(pread(fd, entry + 4, 8, (long)shared / PAGE * 8));
  for (int i = 0; i < 5; i++) {
    printf("present %d, file %d, exclusive %d, frame %d\n", (int)(entry[i] >> 63),
           (int)(entry[i] >> 61 & 1), (int)(entry[i] >> 56 & 1), (int)(entry[i] << 9 != 0));
  }
  SHOW(pread(fd, entry, 7, 0));
  SHOW(pread(fd, entry, 8, 4));
  return 0;
}
