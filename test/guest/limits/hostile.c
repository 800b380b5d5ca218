/*
 * Children that do their worst, one after the other, while a bystander works on. The parent tells how
 * each ended, and that the bystander's result is right.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE 4096L
#define LARGER_THAN_RAM (64L << 20)

static void takeMoreThanThereIs(void) {
  char *at = mmap(NULL, LARGER_THAN_RAM, PROT_READ | PROT_WRITE,
                  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  for (long i = 0; i < LARGER_THAN_RAM; i += PAGE) at[i] = 1;
}

static void takeSharedMemory(void) {
  char *at = mmap(NULL, LARGER_THAN_RAM, PROT_READ | PROT_WRITE,
                  MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  for (long i = 0; i < LARGER_THAN_RAM; i += PAGE) at[i] = 1;
}

static int fall(volatile char *above) {
  volatile char room[PAGE];
  room[0] = above[0];
  return fall(room) + room[0];
}

static void overflowTheStack(void) {
  char first = 1;
  fall(&first);
}

static void jumpAnywhere(void) { ((void (*)(void))0x123456788)(); }

static void jumpIntoData(void) {
  static char data[64] __attribute__((aligned(4096)));
  ((void (*)(void))data)();
}

static void writeEverywhere(void) {
  for (char *at = NULL;; at += PAGE) *(volatile char *)at = 1;
}

/* To each gigabyte from the first to past the last address, and to the kernel's half. */
static void writeEverywhereAndGoOn(void) {
  long tried = 0, refused = 0;
  for (unsigned long at = 1UL << 30; at != 0; at = at < 1UL << 39 ? at + (1UL << 30) : at << 1) {
    pid_t child = fork();
    if (child == 0) {
      *(volatile char *)at = 1;
      _exit(0);
    }
    int how;
    waitpid(child, &how, 0);
    tried++;
    refused += WIFSIGNALED(how) && WTERMSIG(how) == SIGSEGV;
  }
  _exit(refused == tried ? 11 : 1);
}

static void mapForEver(void) {
  while (mmap(NULL, 16 * PAGE, PROT_READ, MAP_SHARED | MAP_ANONYMOUS, -1, 0) != MAP_FAILED) {
  }
  _exit(errno);
}

static void forkForEver(void) {
  setpgid(0, 0);
  while (fork() >= 0) {
  }
  kill(0, SIGKILL);
}

static long workOn(void) {
  long sum = 0;
  char *at = mmap(NULL, 8 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  for (long i = 0; i < 200000; i++) {
    at[i * 37 % (8 * PAGE)]++;
    sum += at[i * 91 % (8 * PAGE)];
  }
  return sum % 100;
}

static void tell(const char *what, void (*run)(void)) {
  int how;
  fflush(stdout);
  pid_t child = fork();
  if (child == 0) {
    run();
    _exit(99);
  }
  waitpid(child, &how, 0);
  if (WIFSIGNALED(how)) printf("%s: %s\n", what, strsignal(WTERMSIG(how)));
  else printf("%s: exit %d\n", what, WEXITSTATUS(how));
}

int main(void) {
  long expected = workOn();
  fflush(stdout);
  pid_t bystander = fork();
  if (bystander == 0) {
    long result = 0;
    for (int round = 0; round < 20; round++) result = workOn();
    _exit((int)result);
  }
  tell("more memory than there is", takeMoreThanThereIs);
  tell("more shared memory than there is", takeSharedMemory);
  tell("a stack overflow", overflowTheStack);
  tell("a wild jump", jumpAnywhere);
  tell("a jump into data", jumpIntoData);
  tell("a write to every address", writeEverywhere);
  tell("writes all over the address space", writeEverywhereAndGoOn);
  tell("an endless mmap loop", mapForEver);
  tell("an endless fork loop", forkForEver);
  int how;
  waitpid(bystander, &how, 0);
  printf("the bystander: %s\n", WIFEXITED(how) && WEXITSTATUS(how) == expected ? "right" : "wrong");
  return 0;
}
