/* brk through sbrk: grow, shrink, grow again: new memory is zero each time. */
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

int main(void) {
  static char buffer[BUFSIZ]; /* or stdout's own would come from the heap */
  setbuf(stdout, buffer);
  char *start = sbrk(0);
  char *block = sbrk(100000);
  printf("at the old end %d\n", block == start);
  int nonzero = 0;
  for (int i = 0; i < 100000; i++) nonzero += block[i] != 0;
  printf("nonzero %d\n", nonzero);
  for (int i = 0; i < 100000; i++) block[i] = (char)i;
  printf("shrink %d\n", sbrk(-90000) == block + 100000);
  printf("kept %d\n", block[9999] == (char)9999);
  printf("grow %d\n", sbrk(90000) == block + 10000);
  nonzero = 0;
  /* Only whole pages were given back. */
  for (int i = 16384; i < 100000; i++) nonzero += block[i] != 0;
  printf("nonzero past the page of the end %d\n", nonzero);
  printf("too much %d\n", sbrk(INTPTR_MAX / 2) == (void *)-1);
  printf("end unmoved %d\n", (char *)sbrk(0) == block + 100000);
  return 0;
}
