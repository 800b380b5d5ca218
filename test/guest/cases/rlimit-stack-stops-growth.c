#include "case.h"

static char deep(long pages) {
  volatile char room[PAGE];
  room[0] = (char)pages;
  return pages == 0 ? room[0] : (char)(deep(pages - 1) + room[0]);
}

int main(void) {
  limit(RLIMIT_STACK, 64 * PAGE);
  IN_CHILD {
    deep(30);
    printf("30 pages are fine\n");
  }
  IN_CHILD { deep(100); }
  return 0;
}
