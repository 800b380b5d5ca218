#include "case.h"

int main(void) {
  char *at = letters(2), bytes[8] = "";
  struct iovec to = {bytes, 6}, from = {at + PAGE - 3, 6};
  SHOW(process_vm_readv(getpid(), &to, 1, &from, 1, 0));
  printf("%s\n", bytes);
  munmap(at + PAGE, PAGE);
  SHOW(process_vm_readv(getpid(), &to, 1, &from, 1, 0));
  SHOW(process_vm_writev(getpid(), &to, 1, &from, 1, 0));
  from.iov_base = (void *)8;
  SHOW(process_vm_readv(getpid(), &to, 1, &from, 1, 0));
  SHOW(process_vm_readv(getpid(), &to, 1, &from, 1, 1));
  return 0;
}
