/* Runs for ever. */
#include <unistd.h>

int main(void) {
  (void)!write(1, "spinning\n", 9);
  for (;;) __asm__ volatile("");
}
