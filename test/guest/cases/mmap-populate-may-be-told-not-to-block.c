#include "case.h"

int main(void) {
  char *at = SHOW_MAP(mmap(NULL, 2 * PAGE, RW, PRIVATE | MAP_POPULATE, -1, 0));
  resident(at, 2);
  at = SHOW_MAP(mmap(NULL, 2 * PAGE, RW, PRIVATE | MAP_POPULATE | MAP_NONBLOCK, -1, 0));
  resident(at, 2);
  at = SHOW_MAP(mmap(NULL, 2 * PAGE, PROT_NONE, PRIVATE | MAP_POPULATE, -1, 0));
  resident(at, 2);
  at = SHOW_MAP(mmap(NULL, 2 * PAGE, RWX, PRIVATE | MAP_POPULATE, -1, 0));
  resident(at, 2);
  at = SHOW_MAP(mmap(NULL, 2 * PAGE, PROT_READ | PROT_EXEC, PRIVATE, -1, 0));
  LOAD(at);
  STORE(at, 1);
  return 0;
}
