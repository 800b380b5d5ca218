#include "case.h"

static volatile double spoilt;

static void spoil(int number) {
  double a = number * 1.5, b = number / 7.0;
  for (int i = 0; i < 50; i++) a = a * b + i;
  spoilt = a;
}

int main(void) {
  struct sigaction action = {.sa_handler = spoil};
  sigaction(SIGUSR1, &action, NULL);
  double x = 1.25, y = 2.5, z = 0;
  for (int i = 0; i < 20; i++) {
    z += x * y;
    x += 0.125;
    if (i % 5 == 0) raise(SIGUSR1);
    y -= 0.0625;
  }
  printf("%.6f %.6f %.6f\n", x, y, z);
  return 0;
}
