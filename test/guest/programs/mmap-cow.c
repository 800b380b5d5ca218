/* Private memory over three generations of fork: every writer has a copy, nobody sees another's. */
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGES 64

static unsigned checksum(const unsigned char *memory) {
  unsigned sum = 0;
  for (int i = 0; i < PAGES * 4096; i += 64) sum = sum * 33 + memory[i];
  return sum;
}

int main(void) {
  unsigned char *memory = mmap(NULL, PAGES * 4096, PROT_READ | PROT_WRITE,
                               MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  for (int page = 0; page < PAGES; page += 2) memset(memory + page * 4096, page, 4096);
  unsigned before = checksum(memory);
  for (int generation = 0; generation < 3; generation++) {
    fflush(stdout);
    pid_t child = fork();
    if (child > 0) {
      memory[4096 * (10 + generation)] = 99; /* the parent writes while the child lives */
      int status;
      waitpid(child, &status, 0);
      memory[4096 * (10 + generation)] = (unsigned char)((10 + generation) % 2 ? 0 : 10 + generation);
      printf("generation %d: child %d, unchanged here %d\n", generation, WEXITSTATUS(status),
             checksum(memory) == before);
      fflush(stdout);
      _exit(generation == 0 ? 0 : 20 + generation);
    }
    for (int page = generation; page < PAGES; page += 5) memory[page * 4096 + 64] += 1;
    before = checksum(memory);
    printf("generation %d wrote: %u\n", generation, before);
  }
  return 42;
}
