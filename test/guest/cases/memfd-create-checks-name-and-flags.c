#include "case.h"

int main(void) {
  char name[300];
  memset(name, 'n', sizeof name);
  name[249] = 0;
  SHOW(memfd_create(name, 0) >= 0);
  name[249] = 'n';
  name[250] = 0;
  SHOW(memfd_create(name, 0));
  SHOW(memfd_create("x", 0x400));
  SHOW(memfd_create((char *)1, 0));
  SHOW(memfd_create("", MFD_CLOEXEC) >= 0);
  return 0;
}
