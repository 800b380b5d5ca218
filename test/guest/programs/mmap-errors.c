/* What mmap, munmap, mprotect, madvise and mremap refuse, and with which error. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define RW (PROT_READ | PROT_WRITE)
#define ANONYMOUS (MAP_PRIVATE | MAP_ANONYMOUS)

static void mapped(const char *what, void *result) {
  printf("mmap %s: %s\n", what, result == MAP_FAILED ? strerror(errno) : "mapped");
}
static void show(const char *what, int result) {
  printf("%s: %s\n", what, result < 0 ? strerror(errno) : "done");
}

int main(void) {
  int fd = open("file", O_RDWR | O_CREAT | O_TRUNC, 0600);
  int readable = open("file", O_RDONLY);
  int writable = open("file", O_WRONLY);
  int ends[2];
  if (pipe(ends) < 0 || ftruncate(fd, 8192) < 0) return 1;
  mapped("of length 0", mmap(NULL, 0, RW, ANONYMOUS, -1, 0));
  mapped("without private or shared", mmap(NULL, 4096, RW, MAP_ANONYMOUS, -1, 0));
  mapped("with a misaligned offset", mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 100));
  mapped("of a bad descriptor", mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, 99, 0));
  mapped("of a pipe", mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, ends[0], 0));
  mapped("of a write-only file", mmap(NULL, 4096, PROT_READ, MAP_SHARED, writable, 0));
  mapped("shared and writable, of a read-only file", mmap(NULL, 4096, RW, MAP_SHARED, readable, 0));
  mapped("private and writable, of it", mmap(NULL, 4096, RW, MAP_PRIVATE, readable, 0));
  mapped("of half the address space", mmap(NULL, 1UL << 62, RW, ANONYMOUS, -1, 0));
  mapped("fixed and misaligned", mmap((void *)0x123456, 4096, RW, ANONYMOUS | MAP_FIXED, -1, 0));
  mapped("fixed at 0", mmap(NULL, 4096, RW, ANONYMOUS | MAP_FIXED, -1, 0));

  char *map = mmap(NULL, 6 * 4096, RW, ANONYMOUS, -1, 0);
  mapped("fixed over it", mmap(map + 4096, 4096, PROT_READ, ANONYMOUS | MAP_FIXED, -1, 0));
  mapped("fixed, but not to replace",
         mmap(map, 4096, RW, ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0));
  munmap(map + 4096, 4096);
  mapped("in the hole", mmap(map + 4096, 4096, RW, ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0));
  show("munmap misaligned", munmap(map + 1, 4096));
  show("munmap nothing", munmap(map, 0));
  show("munmap", munmap(map + 2 * 4096, 4096));
  show("munmap again", munmap(map + 2 * 4096, 4096));
  show("munmap over the hole", munmap(map + 4096, 3 * 4096));
  show("mprotect misaligned", mprotect(map + 1, 4096, PROT_READ));
  show("mprotect nothing", mprotect(map, 0, PROT_READ));
  show("mprotect unknown bits", mprotect(map, 4096, 0x100));
  show("mprotect over a hole", mprotect(map, 2 * 4096, PROT_READ));
  show("mprotect unmapped", mprotect(map + 4096, 4096, PROT_READ));
  mapped("read-only of a read-only file",
         map = mmap(NULL, 4096, PROT_READ, MAP_SHARED, readable, 0));
  show("mprotect it writable", mprotect(map, 4096, RW));
  show("madvise unknown", madvise(map, 4096, 12345));
  show("madvise misaligned", madvise(map + 1, 4096, MADV_NORMAL));
  show("madvise", madvise(map, 4096, MADV_WILLNEED));
  char *other = mmap(NULL, 4 * 4096, RW, ANONYMOUS, -1, 0);
  strcpy(other, "contents");
  show("madvise to forget", madvise(other, 4096, MADV_DONTNEED));
  printf("forgotten %d\n", other[0] == 0);
  strcpy(other, "contents");
  munmap(other + 2 * 4096, 4096);
  show("madvise over a hole", madvise(other, 4 * 4096, MADV_NORMAL));
  show("madvise of the hole", madvise(other + 2 * 4096, 4096, MADV_DONTNEED));
  close(fd);
  unlink("file");
  return 0;
}
