#include "case.h"

int main(void) {
  long size = status("VmSize"), data = status("VmData");
  mmap(NULL, 100 * PAGE, RW, PRIVATE, -1, 0);
  SHOW(status("VmSize") - size);
  SHOW(status("VmData") - data);
  mmap(NULL, 100 * PAGE, PROT_READ, PRIVATE, -1, 0);
  SHOW(status("VmData") - data);
  mmap(NULL, 10 * PAGE, RW, SHARED, -1, 0);
  SHOW(status("VmData") - data);
  SHOW(status("VmSize") - size);
  SHOW(status("VmPeak") >= status("VmSize"));
  SHOW(status("VmSwap"));
  return 0;
}
