/* msync and mincore: flags, holes, and what a reader of the file sees afterwards. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static void show(const char *what, int result) {
  printf("%s: %s\n", what, result < 0 ? strerror(errno) : "done");
}

int main(void) {
  int fd = open("synced", O_RDWR | O_CREAT | O_TRUNC, 0600);
  if (ftruncate(fd, 4 * 4096) < 0) return 1;
  char *map = mmap(NULL, 4 * 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  for (int page = 0; page < 4; page++) map[page * 4096 + 7] = (char)('0' + page);
  show("sync", msync(map, 4 * 4096, MS_SYNC));
  show("async", msync(map, 4 * 4096, MS_ASYNC));
  show("invalidate", msync(map, 4096, MS_SYNC | MS_INVALIDATE));
  show("both", msync(map, 4096, MS_SYNC | MS_ASYNC));
  show("unknown flag", msync(map, 4096, 64));
  show("misaligned", msync(map + 1, 4096, MS_SYNC));
  show("nothing", msync(map, 0, MS_SYNC));
  char seen[5] = "";
  for (int page = 0; page < 4; page++) {
    if (pread(fd, seen + page, 1, page * 4096 + 7) != 1) return 1;
  }
  printf("the file holds %s\n", seen);
  munmap(map + 4096, 4096);
  show("over a hole", msync(map, 4 * 4096, MS_SYNC));
  show("not mapped", msync(map + 4096, 4096, MS_ASYNC));
  unsigned char resident[4];
  show("mincore over a hole", mincore(map, 4 * 4096, resident));
  show("mincore", mincore(map, 4096, resident));
  printf("resident %d\n", resident[0] & 1);
  close(fd);
  unlink("synced");
  return 0;
}
