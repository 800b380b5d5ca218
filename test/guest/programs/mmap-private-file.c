/* A private mapping of a file: its pages are the file's until written, and writes stay here. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define SIZE 10000

int main(void) {
  char bytes[SIZE];
  for (int i = 0; i < SIZE; i++) bytes[i] = (char)('a' + i % 26);
  int fd = open("private", O_RDWR | O_CREAT | O_TRUNC, 0600);
  if (write(fd, bytes, SIZE) != SIZE) return 1;
  char *map = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
  printf("same contents %d\n", memcmp(map, bytes, SIZE) == 0);
  int tail = 0;
  for (int i = SIZE; i < 12288; i++) tail += map[i] != 0;
  printf("past the end of the file zero %d\n", tail == 0);

  map[0] = 'X';
  map[5000] = 'Y';
  char seen[2];
  if (pread(fd, seen, 1, 0) != 1 || pread(fd, seen + 1, 1, 5000) != 1) return 1;
  printf("the file keeps %c %c\n", seen[0], seen[1]);
  if (pwrite(fd, "12", 2, 1) != 2 || pwrite(fd, "34", 2, 9000) != 2) return 1;
  printf("an untouched page shows the file's write: %c%c\n", map[9000], map[9001]);
  printf("a written one does not: %c%c\n", map[1], map[2]);

  char *second = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 4096);
  printf("offset 4096 %d\n", memcmp(second, bytes + 4096, 900) == 0);
  close(fd);
  unlink("private");
  printf("after close and unlink: %c %c\n", map[9000], map[0]);
  printf("munmap %d %d\n", munmap(map, SIZE), munmap(second, 4096));
  return 0;
}
