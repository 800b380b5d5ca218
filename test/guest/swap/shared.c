/*
 * Shared memory of every kind, more of it together than a small machine has: mapped by two processes,
 * a file on tmpfs, a memfd and a System V segment, changed on both sides and summed up again and again.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGES 400
#define PAGE 4096L
#define KINDS 4

static unsigned sum(volatile unsigned char *memory) {
  unsigned result = 0;
  for (int i = 0; i < PAGES; i++) {
    result = result * 31 + memory[i * PAGE] + memory[i * PAGE + PAGE - 1];
  }
  return result;
}

static unsigned char *map(int fd, int flags) {
  return mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, flags, fd, 0);
}

static int sized(int fd) {
  if (ftruncate(fd, PAGES * PAGE) != 0) exit(1);
  return fd;
}

static void show(const char *what, unsigned char **all) {
  printf("%s:", what);
  for (int kind = 0; kind < KINDS; kind++) printf(" %u", sum(all[kind]));
  printf("\n");
  fflush(stdout);
}

int main(int argc, char **argv) {
  char path[256];
  snprintf(path, sizeof path, "%s/shared", argc > 1 ? argv[1] : "/tmp");
  int file = sized(open(path, O_RDWR | O_CREAT | O_TRUNC, 0600));
  int nameless = sized(memfd_create("shared", 0));
  int segment = shmget(IPC_PRIVATE, PAGES * PAGE, IPC_CREAT | 0600);
  unsigned char *all[KINDS] = {
      map(-1, MAP_SHARED | MAP_ANONYMOUS),
      map(file, MAP_SHARED),
      map(nameless, MAP_SHARED),
      shmat(segment, NULL, 0),
  };
  shmctl(segment, IPC_RMID, NULL);
  for (int kind = 0; kind < KINDS; kind++) {
    for (int i = 0; i < PAGES; i++) {
      all[kind][i * PAGE] = (unsigned char)(i + kind);
      all[kind][i * PAGE + PAGE - 1] = (unsigned char)(i >> kind);
    }
  }
  show("filled", all);
  pid_t child = fork();
  if (child == 0) {
    for (int kind = 0; kind < KINDS; kind++) {
      for (int i = 0; i < PAGES; i += 3) all[kind][i * PAGE] += 1;
    }
    show("child", all);
    _exit(0);
  }
  waitpid(child, NULL, 0);
  show("after it", all);
  /* By system calls: what a mapping stored is read, what is written is in the mappings. */
  unsigned total = 0;
  static unsigned char page[PAGE];
  for (int i = 0; i < PAGES; i += 2) {
    if (pread(file, page, PAGE, i * PAGE) != PAGE) exit(2);
    total = total * 31 + page[0] + page[PAGE - 1];
    page[0] ^= 0x55;
    if (pwrite(nameless, page, i % 4 ? PAGE : 100, i * PAGE) <= 0) exit(3);
  }
  printf("read: %u\n", total);
  show("written", all);
  unsigned char *own = map(file, MAP_PRIVATE);
  for (int i = 0; i < PAGES; i += 5) own[i * PAGE] = 9;
  printf("copies: %u\n", sum(own));
  if (fallocate(nameless, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 10 * PAGE, 90 * PAGE) != 0) exit(4);
  madvise(all[0], 50 * PAGE, MADV_REMOVE);
  madvise(all[3], 50 * PAGE, MADV_PAGEOUT);
  if (ftruncate(file, 200 * PAGE + 7) != 0) exit(5);
  sized(file);
  show("with holes", all);
  printf("copies: %u\n", sum(own));
  unlink(path);
  return 7;
}
