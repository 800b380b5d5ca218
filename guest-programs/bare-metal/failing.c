/* Ends with a status of its own. */
#include "lib/machine.h"

void machine_trap(Frame *frame) { (void)frame; }
void supervisor_trap(Frame *frame) { (void)frame; }

long main(void) {
  put_text("failing with 42\n");
  return 42;
}
