/* Calls itself without end. */
static int depth(volatile int level) {
  volatile char frame[512];
  frame[0] = (char)level;
  if (level < 0) return 0;
  return depth(level + 1) + frame[0];
}

int main(void) { return depth(0); }
