/* mremap: grow in place and by moving, shrink, and what it refuses. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#define RW (PROT_READ | PROT_WRITE)
#define ANONYMOUS (MAP_PRIVATE | MAP_ANONYMOUS)

static void show(const char *what, void *result) {
  printf("%s: %s\n", what, result == MAP_FAILED ? strerror(errno) : "done");
}

int main(void) {
  /* A reservation of 16 pages, so that the neighbours are known. */
  char *space = mmap(NULL, 16 * 4096, PROT_NONE, ANONYMOUS, -1, 0);
  char *map = mmap(space, 4 * 4096, RW, ANONYMOUS | MAP_FIXED, -1, 0);
  for (int page = 0; page < 4; page++) map[page * 4096] = (char)('a' + page);
  show("grow in place into a neighbour", mremap(map, 4 * 4096, 5 * 4096, 0));
  munmap(space + 4 * 4096, 4 * 4096);
  char *grown = mremap(map, 4 * 4096, 6 * 4096, 0);
  printf("grow in place into a hole: %d, contents %c%c%c%c, new %d\n", grown == map, map[0],
         map[4096], map[8192], map[12288], map[5 * 4096]);
  char *moved = mremap(map, 6 * 4096, 20 * 4096, MREMAP_MAYMOVE);
  printf("move: elsewhere %d, contents %c%c%c%c, new %d\n", moved != map, moved[0], moved[4096],
         moved[8192], moved[12288], moved[19 * 4096]);
  printf("the old place is free: %d\n", mmap(map, 4096, RW, ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0) == map);
  printf("shrink %d\n", mremap(moved, 20 * 4096, 2 * 4096, 0) == moved);
  char *target = space + 10 * 4096;
  moved = mremap(moved, 2 * 4096, 2 * 4096, MREMAP_MAYMOVE | MREMAP_FIXED, target);
  printf("to a fixed place %d, contents %c%c\n", moved == target, target[0], target[4096]);
  show("of nothing mapped", mremap(space + 5 * 4096, 4096, 8192, MREMAP_MAYMOVE));
  show("misaligned", mremap(target + 1, 4096, 8192, MREMAP_MAYMOVE));
  show("to length 0", mremap(target, 4096, 0, MREMAP_MAYMOVE));
  show("fixed without may-move", mremap(target, 4096, 4096, MREMAP_FIXED, space));
  return 0;
}
