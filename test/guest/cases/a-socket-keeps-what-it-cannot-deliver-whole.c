#include <sys/socket.h>

#include "case.h"

int main(void) {
  int ends[2];
  SHOW(socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
  char *from = letters(2), *to = map(2);
  SHOW(send(ends[0], from, 2 * PAGE, 0));
  SHOW(mprotect(to + PAGE, PAGE, PROT_NONE));
  SHOW(recv(ends[1], to, 2 * PAGE, 0));
  SHOW(recv(ends[1], to, PAGE, 0));
  contents(to, 1);
  SHOW(mprotect(to + PAGE, PAGE, RW));
  SHOW(recv(ends[1], to, 2 * PAGE, MSG_DONTWAIT));
  contents(to, 1);
  SHOW(send(ends[0], from, 10, 0));
  SHOW(send(ends[0], from, 10, 0));
  SHOW(mprotect(to, PAGE, PROT_NONE));
  struct iovec parts[] = {{to + PAGE, 10}, {to, 10}};
  SHOW(readv(ends[1], parts, 2));
  SHOW(recv(ends[1], to + PAGE, PAGE, MSG_DONTWAIT));
  return 0;
}
