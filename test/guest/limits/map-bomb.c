/* Maps and touches until there is no memory left. */
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

int main(void) {
  for (;;) {
    char *memory = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) return 3;
    memset(memory, 1, 1 << 20);
  }
}
