#include "case.h"

int main(void) {
  int ends[2];
  int folder = open(".", O_RDONLY);
  if (pipe(ends) != 0) return 1;
  SHOW_MAP(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, folder, 0));
  SHOW_MAP(mmap(NULL, PAGE, PROT_READ, MAP_SHARED, ends[0], 0));
  SHOW_MAP(mmap(NULL, PAGE, PROT_READ, MAP_SHARED, open("/dev/null", O_RDWR), 0));
  return 0;
}
