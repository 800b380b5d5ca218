/* Fills /tmp: tmpfs(5) says how much goes in and what happens then. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define PAGE 4096L

static sigjmp_buf out;

static void handle(int number) { siglongjmp(out, number); }

static const char *touch(volatile char *at) {
  int number = sigsetjmp(out, 1);
  if (number == 0) at[0] = 1;
  return number == 0 ? "done" : strsignal(number);
}

static void show(void) {
  struct statvfs about;
  statvfs("/tmp", &about);
  printf("free: %lu pages\n", (unsigned long)about.f_bfree);
}

static long fill(int fd) {
  static char page[PAGE];
  long pages = 0;
  memset(page, 1, PAGE);
  while (write(fd, page, PAGE) == PAGE) pages++;
  return pages;
}

static void fillWithNames(void) {
  char path[64];
  long names = 0;
  mkdir("/tmp/names", 0700);
  do snprintf(path, sizeof path, "/tmp/names/%ld", ++names);
  while (mkdir(path, 0700) == 0);
  printf("%ld names, then %s\n", names, strerror(errno));
  printf("a link: %d %s\n", symlink("x", "/tmp/x"), strerror(errno));
  printf("a file: %d %s\n", open("/tmp/y", O_CREAT, 0600), strerror(errno));
  printf("one less: %d, one more: %d\n", rmdir("/tmp/names/1"), symlink("x", "/tmp/x"));
}

int main(void) {
  signal(SIGBUS, handle);
  int holes = open("/tmp/holes", O_RDWR | O_CREAT, 0600);
  ftruncate(holes, 4 * PAGE);
  char *shared = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, holes, 0);
  char *own = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, holes, 0);
  printf("first page of a file: %s\n", touch(shared));
  int fd = open("/tmp/full", O_RDWR | O_CREAT, 0600);
  long pages = fill(fd);
  printf("%ld pages, then %s\n", pages, strerror(errno));
  show();
  printf("a page that is there: %s\n", touch(shared));
  printf("a hole: %s, %s\n", touch(shared + PAGE), touch(own + PAGE));
  printf("fallocate: %d %s\n", fallocate(holes, 0, PAGE, PAGE), strerror(errno));
  int nameless = memfd_create("nameless", 0);
  printf("a memfd: %ld bytes\n", (long)write(nameless, shared, PAGE));
  ftruncate(fd, (pages - 1) * PAGE);
  printf("a hole when a page is free: %s, %s\n", touch(shared + PAGE), touch(shared + 2 * PAGE));
  unlink("/tmp/full");
  close(fd);
  show();
  printf("the hole then: %s\n", touch(shared + 2 * PAGE));
  fillWithNames();
  return 0;
}
