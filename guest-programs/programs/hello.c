/* The smallest guest program. */
#include <stdio.h>

int main(void) {
  puts("hello from RISC-V");
  return 0;
}
