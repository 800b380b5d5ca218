/* Touches more memory than a small machine has, in two processes, and sums it up again and again. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGES 1500
#define PAGE 4096L

static unsigned sum(volatile unsigned char *memory) {
  unsigned result = 0;
  for (int i = 0; i < PAGES; i++) {
    result = result * 31 + memory[i * PAGE] + memory[i * PAGE + PAGE - 1];
  }
  return result;
}

static void inChild(unsigned char *memory, void *target) {
  fflush(stdout);
  pid_t child = fork();
  if (child == 0) {
    if (target != NULL) {
      memory = mremap(memory, PAGES * PAGE, PAGES * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, target);
      if (memory == MAP_FAILED) _exit(1);
    }
    for (int i = 0; i < PAGES; i += 3) memory[i * PAGE] += 1;
    printf("child: %u\n", sum(memory));
    fflush(stdout);
    _exit(0);
  }
  int status;
  for (int i = 1; i < PAGES; i += 5) memory[i * PAGE] += 7;
  waitpid(child, &status, 0);
  printf("status %d, parent: %u\n", status, sum(memory));
}

int main(void) {
  void *target = (void *)0x2000000000;
  int flags = MAP_PRIVATE | MAP_ANONYMOUS;
  unsigned char *memory = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, flags, -1, 0);
  for (int i = 0; i < PAGES; i++) {
    memory[i * PAGE] = (unsigned char)i;
    memory[i * PAGE + PAGE - 1] = (unsigned char)(i >> 3);
  }
  printf("filled: %u\n", sum(memory));
  inChild(memory, NULL);
  inChild(memory, target);
  memory = mremap(memory, PAGES * PAGE, PAGES * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, target);
  printf("moved: %u\n", sum(memory));
  mprotect(memory, PAGES / 2 * PAGE, PROT_READ);
  printf("protected: %u\n", sum(memory));
  madvise(memory, PAGES / 3 * PAGE, MADV_DONTNEED);
  madvise(memory + PAGES / 3 * PAGE, PAGES / 3 * PAGE, MADV_PAGEOUT);
  printf("dropped: %u\n", sum(memory));
  return 7;
}
