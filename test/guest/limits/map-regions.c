/* Makes as many regions as it may: every other page gets a protection of its own. */
#include <stdio.h>
#include <sys/mman.h>

int main(void) {
  unsigned long pages = 1UL << 20;
  char *memory = mmap(NULL, pages * 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return 2;
  for (unsigned long page = 0; page < pages; page += 2) {
    if (mprotect(memory + page * 4096, 4096, PROT_NONE) < 0) {
      perror("mprotect");
      return 3;
    }
  }
  return 0;
}
