#include "case.h"

int main(void) {
  char *at = map(16);
  long sum = 0;
  for (long i = 0; i < 16 * PAGE; i++) sum += at[i];
  SHOW(sum);
  SHOW(smaps(at, "Anonymous"));
  at[PAGE] = 1;
  SHOW(smaps(at, "Anonymous"));
  return 0;
}
