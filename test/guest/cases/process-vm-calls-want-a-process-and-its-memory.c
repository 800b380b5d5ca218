#include "case.h"

int main(void) {
  char *at = letters(2), bytes[8] = "";
  struct iovec here = {bytes, 6}, there = {at, 6}, nowhere = {(void *)8, 6};
  SHOW(process_vm_readv(999999, &here, 1, &there, 1, 0));
  SHOW(process_vm_writev(999999, &here, 1, &there, 1, 0));
  SHOW(process_vm_writev(getpid(), &here, 1, &nowhere, 1, 0));
  SHOW(process_vm_writev(getpid(), &nowhere, 1, &there, 1, 0));
  SHOW(process_vm_readv(getpid(), (void *)8, 1, &there, 1, 0));
  SHOW(process_vm_readv(getpid(), &here, 1, (void *)8, 1, 0));
  SHOW(process_vm_readv(getpid(), &here, 1025, &there, 1, 0));
  SHOW(process_vm_readv(getpid(), &here, 0, &there, 1, 0));
  SHOW(mprotect(at, PAGE, PROT_READ));
  SHOW(process_vm_writev(getpid(), &here, 1, &there, 1, 0));
  SHOW(process_vm_readv(getpid(), &here, 1, &there, 1, 0));
  return 0;
}
