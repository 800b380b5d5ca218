/* Shared mappings of one file: two mappings, read and write all see the same bytes. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

int main(void) {
  int fd = open("shared", O_RDWR | O_CREAT | O_TRUNC, 0600);
  if (ftruncate(fd, 3 * 4096) < 0) return 1;
  char *one = mmap(NULL, 3 * 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  char *two = mmap(NULL, 2 * 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 4096);
  strcpy(one + 4096, "written through one");
  printf("%s\n", two);
  strcpy(two + 4096, "written through two");
  printf("%s\n", one + 8192);
  char text[32] = "";
  if (pread(fd, text, 19, 4096) != 19) return 1;
  printf("read: %s\n", text);
  if (pwrite(fd, "written by write", 17, 100) != 17) return 1;
  printf("%s\n", one + 100);
  printf("msync %d\n", msync(one, 3 * 4096, MS_SYNC));
  munmap(one, 3 * 4096);
  munmap(two, 2 * 4096);
  struct stat status;
  fstat(fd, &status);
  printf("size %ld\n", (long)status.st_size);
  if (pread(fd, text, 19, 8192) != 19) return 1;
  printf("after munmap: %s\n", text);

  /* Bytes past the end of the file in its last page never reach it. */
  if (ftruncate(fd, 10) < 0) return 1;
  one = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  memset(one, 'z', 4096);
  msync(one, 4096, MS_SYNC);
  munmap(one, 4096);
  fstat(fd, &status);
  printf("size %ld\n", (long)status.st_size);
  close(fd);
  unlink("shared");
  return 0;
}
