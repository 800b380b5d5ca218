/*
 * System calls that find no frame left. First the caller has the most and is killed; then somebody
 * else has, is killed, and the call goes through.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE 4096L
#define MIB (1L << 20)
/* Of the 16 MiB of the machine. */
#define MOST (11 * MIB)
#define SOME (7 * MIB)

static char *map(long bytes) {
  return mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1,
              0);
}

static void touch(char *at, long bytes) {
  for (long i = 0; i < bytes; i += PAGE) at[i] = 1;
}

static long readZeros(long bytes) {
  int zero = open("/dev/zero", O_RDONLY);
  return read(zero, map(bytes), bytes);
}

static long fillAFileInMemory(long bytes) {
  int fd = memfd_create("file", 0);
  static char block[64 * 1024];
  long done = 0;
  while (done < bytes) {
    long count = write(fd, block, sizeof block);
    if (count <= 0) return -1;
    done += count;
  }
  return done;
}

static long populate(long bytes) {
  char *at = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_POPULATE, -1, 0);
  return at == MAP_FAILED ? -1 : bytes;
}

static long populateByAdvice(long bytes) {
  return madvise(map(bytes), bytes, MADV_POPULATE_WRITE) == 0 ? bytes : -1;
}

static long lock(long bytes) {
  return mlock(map(bytes), bytes < 8 * MIB ? bytes : 8 * MIB) == 0 ? bytes : -1;
}

static long allocate(long bytes) {
  return fallocate(memfd_create("file", 0), 0, 0, bytes) == 0 ? bytes : -1;
}

static long copyFromOneself(long bytes) {
  char *from = map(bytes);
  struct iovec here = {map(bytes), bytes}, there = {from, bytes};
  return process_vm_readv(getpid(), &here, 1, &there, 1, 0);
}

/* Page tables: a page in each 2 MiB, in a child as well. */
static long forkWithTables(long bytes) {
  char *at = map(bytes * 256);
  for (long i = 0; i < bytes / PAGE / 2; i++) (void)*(volatile char *)(at + i * 2 * MIB);
  pid_t child = fork();
  if (child < 0) return -1;
  if (child == 0) _exit(0);
  waitpid(child, NULL, 0);
  return bytes;
}

static const struct {
  const char *name;
  long (*call)(long bytes);
} calls[] = {
    {"read", readZeros},
    {"write", fillAFileInMemory},
    {"mmap", populate},
    {"madvise", populateByAdvice},
    {"mlock", lock},
    {"fallocate", allocate},
    {"process_vm_readv", copyFromOneself},
    {"clone", forkWithTables},
};

static void tell(const char *name, pid_t child) {
  int how;
  waitpid(child, &how, 0);
  if (WIFSIGNALED(how)) printf("%s: %s\n", name, strsignal(WTERMSIG(how)));
  else printf("%s: exit %d\n", name, WEXITSTATUS(how));
}

/* The caller has most of the memory and asks for more than is left. */
static void callFromTheGreatest(int number) {
  pid_t caller = fork();
  if (caller == 0) {
    touch(map(MOST), MOST);
    calls[number].call(SOME);
    _exit(1);
  }
  tell(calls[number].name, caller);
}

/* As a page table, each page would map all addresses to the start of RAM. */
static void touchWithEntries(char *at, long bytes) {
  const unsigned long entry = (0x80000UL << 10) | 0xdf;
  for (unsigned long *word = (void *)at; (char *)word < at + bytes; word++) *word = entry;
}

/* Takes most of the memory and waits. */
static pid_t startTheGreatest(char *memory) {
  int ready[2];
  if (pipe(ready) != 0) exit(1);
  pid_t great = fork();
  if (great == 0) {
    touchWithEntries(memory, MOST);
    write(ready[1], "", 1);
    pause();
  }
  char byte;
  read(ready[0], &byte, 1);
  close(ready[0]);
  close(ready[1]);
  return great;
}

static void callBesideTheGreatest(int number) {
  char *memory = map(MOST);
  pid_t great = startTheGreatest(memory);
  munmap(memory, MOST);
  pid_t caller = fork();
  if (caller == 0) _exit(calls[number].call(SOME) == SOME ? 0 : 2);
  printf("beside the greatest, ");
  fflush(stdout);
  tell(calls[number].name, caller);
  kill(great, SIGTERM);
  tell("  the greatest", great);
}

/* The memory that is copied from goes with its process. */
static void copyFromTheGreatest(const char *name, long (*copy)(pid_t, char *from, char *to)) {
  char *memory = map(MOST);
  pid_t great = startTheGreatest(memory);
  pid_t caller = fork();
  if (caller == 0) {
    long count = copy(great, memory, map(MOST));
    _exit(count == MOST ? 0 : count > 0 ? 1 : 2);
  }
  printf("from the greatest, ");
  tell(name, caller);
  kill(great, SIGTERM);
  tell("  the greatest", great);
}

static long copyByCall(pid_t great, char *from, char *to) {
  struct iovec here = {to, MOST}, there = {from, MOST};
  return process_vm_readv(great, &here, 1, &there, 1, 0);
}

static long copyByFile(pid_t great, char *from, char *to) {
  char path[64];
  sprintf(path, "/proc/%d/mem", great);
  int fd = open(path, O_RDONLY);
  return pread(fd, to, MOST, (long)from);
}

int main(void) {
  setvbuf(stdout, NULL, _IONBF, 0);
  for (unsigned i = 0; i < sizeof calls / sizeof *calls; i++) {
    callFromTheGreatest(i);
    callBesideTheGreatest(i);
  }
  copyFromTheGreatest("process_vm_readv", copyByCall);
  copyFromTheGreatest("/proc/PID/mem", copyByFile);
  return 0;
}
