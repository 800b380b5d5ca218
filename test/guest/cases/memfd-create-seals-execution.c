#include "case.h"

#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 8U
#define MFD_EXEC 16U
#endif
#ifndef F_SEAL_EXEC
#define F_SEAL_EXEC 32
#endif

static int modeOf(int fd) {
  struct stat about;
  fstat(fd, &about);
  return about.st_mode & 0777;
}

int main(void) {
  int fd = memfd_create("sealed", MFD_NOEXEC_SEAL), free = memfd_create("free", MFD_EXEC);
  SHOW(memfd_create("sealed", MFD_NOEXEC_SEAL) > 0);
  SHOW(memfd_create("free", MFD_EXEC | MFD_ALLOW_SEALING) > 0);
  SHOW(memfd_create("both", MFD_NOEXEC_SEAL | MFD_EXEC));
  printf("modes %o %o\n", modeOf(fd), modeOf(free));
  SHOW(fcntl(fd, F_GET_SEALS));
  SHOW(fchmod(fd, 0700));
  SHOW(fchmod(fd, 0600));
  SHOW(fcntl(fd, F_ADD_SEALS, F_SEAL_GROW));
  fd = memfd_create("later", MFD_EXEC | MFD_ALLOW_SEALING);
  SHOW(fcntl(fd, F_ADD_SEALS, F_SEAL_EXEC));
  SHOW(fcntl(fd, F_GET_SEALS));
  SHOW(fchmod(fd, 0600));
  return 0;
}
