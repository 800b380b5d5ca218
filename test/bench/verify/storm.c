// Nothing but traps: each page is touched once and given back.
#define _GNU_SOURCE
#include <stdio.h>
#include <sys/mman.h>

enum { PAGE = 4096, PAGES = 1000, ROUNDS = 60 };

int main(void) {
  for (int round = 0; round < ROUNDS; round++) {
    char *p = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    for (int i = 0; i < PAGES; i++) p[i * PAGE] = 1;
    munmap(p, PAGES * PAGE);
  }
  puts("done");
  return 0;
}
