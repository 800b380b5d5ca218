#include "case.h"

int main(void) {
  char *private = letters(2);
  char *shared = mmap(NULL, PAGE, RW, SHARED, -1, 0);
  char *file = mmap(NULL, PAGE, RW, MAP_SHARED, letterFile(1), 0);
  IN_CHILD {
    STORE(private, 'c');
    STORE(shared, 's');
    STORE(file, 'f');
  }
  LOAD(private);
  LOAD(shared);
  LOAD(file);
  return 0;
}
