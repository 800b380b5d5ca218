#include "case.h"

int main(void) {
  int plain = memfd_create("plain", 0), fd = letterFile(1);
  SHOW(fcntl(plain, F_GET_SEALS));
  SHOW(fcntl(plain, F_ADD_SEALS, F_SEAL_GROW));
  SHOW(fcntl(fd, F_ADD_SEALS, 0x100));
  SHOW(fcntl(open("data", O_RDWR | O_CREAT, 0600), F_GET_SEALS));
  SHOW(fcntl(open("/dev/null", O_RDWR), F_GET_SEALS));
  unlink("data");
  return 0;
}
