#include "case.h"

int main(void) {
  close(open("data", O_RDWR | O_CREAT, 0600));
  SHOW(ftruncate(letterFile(1), -1));
  SHOW(ftruncate(999, 0));
  SHOW(ftruncate(open("data", O_RDONLY), 0));
  SHOW(truncate("data", -1));
  SHOW(truncate("missing", 0));
  SHOW(truncate("data", 5));
  unlink("data");
  return 0;
}
