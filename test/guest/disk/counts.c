/* What is read from the disk and written to it, counted. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE 4096L

static long reads, writes;

/* Prints how many blocks were read and written since the last time. */
static void count(const char *what) {
  char line[256] = "";
  int file = open("/proc/diskstats", O_RDONLY);
  read(file, line, sizeof line - 1);
  close(file);
  long r = 0, w = 0;
  sscanf(line, "%*d %*d %*s %ld %*d %*d %*d %ld", &r, &w);
  printf("%-40s %ld read, %ld written\n", what, r - reads, w - writes);
  reads = r;
  writes = w;
}

static char *mapFile(int fd) {
  return mmap(NULL, 8 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
}

int main(void) {
  static char block[8 * PAGE];
  setvbuf(stdout, NULL, _IONBF, 0);
  count("at the start");
  int fd = open("/disk/file", O_RDWR | O_CREAT | O_TRUNC, 0644);
  memset(block, 1, sizeof block);
  write(fd, block, sizeof block);
  count("write of 8 pages");
  fsync(fd);
  count("fsync");
  fsync(fd);
  count("fsync again");
  char *memory = mapFile(fd);
  for (int i = 0; i < 8; i++) (void)*(volatile char *)(memory + i * PAGE);
  count("loads through a mapping");
  memory[0] = memory[3 * PAGE] = 2;
  msync(memory, 8 * PAGE, MS_ASYNC);
  count("2 pages stored to, MS_ASYNC");
  msync(memory, 8 * PAGE, MS_SYNC);
  count("MS_SYNC");
  msync(memory, 8 * PAGE, MS_SYNC);
  count("MS_SYNC again");
  memory[5 * PAGE] = 2;
  munmap(memory + 4 * PAGE, PAGE);
  count("munmap of a clean page");
  munmap(memory + 5 * PAGE, PAGE);
  count("munmap of a dirty page");
  memory[1] = memory[PAGE] = 3;
  madvise(memory, 2 * PAGE, MADV_DONTNEED);
  count("MADV_DONTNEED of 2 dirty pages");
  munmap(memory, 8 * PAGE);
  count("munmap of what is left");
  fsync(fd);
  count("fsync");
  posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
  pread(fd, block, 3 * PAGE, 0);
  count("pread of 3 pages that were dropped");
  memory = mapFile(fd);
  (void)*(volatile char *)(memory + 6 * PAGE);
  count("a load from a fourth one");
  if (fork() == 0) {
    memory[7 * PAGE] = 4;
    _exit(0);
  }
  wait(NULL);
  count("a child stores to a page and exits");
  pwrite(fd, "x", 1, 4 * PAGE + 7);
  count("pwrite of a byte");
  sync();
  count("sync");
  ftruncate(fd, 100);
  fsync(fd);
  count("ftruncate and fsync");
  printf("rename out of the disk: %d", rename("/disk/file", "/tmp/file"));
  printf(" %s\n", strerror(errno));
  printf("rmdir of the mount point: %d", rmdir("/disk"));
  printf(" %s\n", strerror(errno));
  int full = 0;
  while (pwrite(fd, block, PAGE, full * PAGE) == PAGE) full++;
  printf("%d pages fit: %s\n", full, strerror(errno));
  return 0;
}
