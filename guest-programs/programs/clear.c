/* clear: an empty screen, and the cursor in its corner. ECMA-48 ED and CUP; what scrolled away, too. */
#include <stdio.h>

int main(void) {
  fputs("\033[H\033[2J\033[3J", stdout);
  return 0;
}
