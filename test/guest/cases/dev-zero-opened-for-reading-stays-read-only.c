#include "case.h"

int main(void) {
  int file = open("/dev/zero", O_RDONLY);
  char *shared = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, file, 0);
  char *private = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, file, 0);
  SHOW_MAP(mmap(NULL, PAGE, RW, MAP_SHARED, file, 0));
  LOAD(shared);
  SHOW(mprotect(shared, PAGE, RW));
  SHOW(mprotect(private, PAGE, RW));
  STORE(private, 1);
  return 0;
}
