/* Works on files of a folder, more of them than a small machine has memory, in every way there is. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGES 1000
#define OWN_PAGES 500
#define PAGE 4096L

static unsigned sumOfFile(int fd) {
  static unsigned char buffer[10000];
  unsigned sum = 0;
  long count, at = 0;
  while ((count = pread(fd, buffer, sizeof buffer, at)) > 0) {
    for (long i = at % 61; i < count; i += 61) sum = sum * 31 + buffer[i];
    at += count;
  }
  return sum;
}

static unsigned char *mapped(int fd, int flags, long pages) {
  return mmap(NULL, pages * PAGE, PROT_READ | PROT_WRITE, flags, fd, 0);
}

int main(int argc, char **argv) {
  setvbuf(stdout, NULL, _IONBF, 0);
  if (argc < 2 || chdir(argv[1]) != 0) return 1;
  int fd = open("big", O_RDWR | O_CREAT, 0644);
  for (int i = 0; i < PAGES; i++) pwrite(fd, &i, sizeof i, i * PAGE + i);
  printf("written: %u\n", sumOfFile(fd));

  unsigned char *shared = mapped(fd, MAP_SHARED, PAGES + 1);
  for (int i = 0; i < PAGES; i += 2) shared[i * PAGE + 1] += i;
  printf("stored through: %u\n", sumOfFile(fd));
  printf("msync: %d\n", msync(shared, PAGES * PAGE, MS_SYNC));
  unsigned char *own = mapped(fd, MAP_PRIVATE, OWN_PAGES);
  for (int i = 0; i < OWN_PAGES; i += 100) own[i * PAGE + 1] += 5;
  for (int i = 0; i < PAGES; i += 50) shared[i * PAGE + 2] += 9;
  unsigned sum = 0;
  for (int i = 0; i < OWN_PAGES; i++) sum = sum * 31 + own[i * PAGE + 1] + own[i * PAGE + 2];
  printf("private: %u, file: %u\n", sum, sumOfFile(fd));

  pid_t child = fork();
  if (child == 0) {
    for (int i = 1; i < PAGES; i += 2) shared[i * PAGE + 3] = i;
    _exit(0);
  }
  waitpid(child, NULL, 0);
  munmap(shared, (PAGES + 1) * PAGE);
  printf("after fork and munmap: %u\n", sumOfFile(fd));
  close(fd);

  fd = open("big", O_RDWR);
  printf("truncate: %d\n", ftruncate(fd, 5 * PAGE + 100));
  shared = mapped(fd, MAP_SHARED, 8);
  memset(shared + 5 * PAGE + 90, 'x', 50);
  msync(shared, 8 * PAGE, MS_SYNC);
  struct stat status;
  fstat(fd, &status);
  printf("size %ld, sum %u\n", (long)status.st_size, sumOfFile(fd));
  ftruncate(fd, 7 * PAGE);
  printf("grown: sum %u, byte %d\n", sumOfFile(fd), shared[5 * PAGE + 110]);
  fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, PAGE + 10, 2 * PAGE);
  printf("hole: %u\n", sumOfFile(fd));
  printf("fsync: %d\n", fsync(fd));
  posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
  printf("read again: %u\n", sumOfFile(fd));

  printf("link: %d\n", link("big", "other"));
  printf("mkdir: %d\n", mkdir("folder", 0755));
  printf("rename: %d\n", rename("other", "folder/other"));
  printf("unlink: %d %d\n", unlink("big"), unlink("folder/other"));
  shared[0] = 77;
  printf("mapped still: %d, %u\n", shared[0], sumOfFile(fd));
  printf("rmdir: %d\n", rmdir("folder"));
  return 0;
}
