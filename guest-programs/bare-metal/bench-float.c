/* Benchmark: double precision: five bodies under gravity, and the Mandelbrot set. */
#include "lib/bench.h"

#define BODIES 5

static double position[BODIES][3] = {
    {0, 0, 0}, {4.84, -1.16, -0.10}, {8.34, 4.12, -0.40}, {12.89, -15.11, -0.22}, {15.37, -25.91, 0.17}};
static double velocity[BODIES][3] = {
    {0, 0, 0}, {0.60, 2.81, -0.02}, {-1.01, 1.82, 0.008}, {1.08, 0.86, -0.01}, {0.97, 0.59, -0.03}};
static const double mass[BODIES] = {39.47, 0.037, 0.011, 0.0017, 0.002};

static double root_of(double value) {
  double result;
  asm("fsqrt.d %0, %1" : "=f"(result) : "f"(value));
  return result;
}

static void advance(double time) {
  for (int i = 0; i < BODIES; i++) {
    for (int j = i + 1; j < BODIES; j++) {
      double difference[3], square = 0;
      for (int axis = 0; axis < 3; axis++) {
        difference[axis] = position[i][axis] - position[j][axis];
        square += difference[axis] * difference[axis];
      }
      double strength = time / (square * root_of(square));
      for (int axis = 0; axis < 3; axis++) {
        velocity[i][axis] -= difference[axis] * mass[j] * strength;
        velocity[j][axis] += difference[axis] * mass[i] * strength;
      }
    }
  }
  for (int i = 0; i < BODIES; i++) {
    for (int axis = 0; axis < 3; axis++) position[i][axis] += time * velocity[i][axis];
  }
}

static uint64_t mandelbrot(int size) {
  uint64_t inside = 0;
  for (int row = 0; row < size; row++) {
    for (int column = 0; column < size; column++) {
      double cx = 3.0 * column / size - 2.0, cy = 2.0 * row / size - 1.0, x = 0, y = 0;
      int step = 0;
      for (; step < 100 && x * x + y * y < 4; step++) {
        double next = x * x - y * y + cx;
        y = 2 * x * y + cy;
        x = next;
      }
      inside += step == 100;
    }
  }
  return inside;
}

static uint64_t kernel(void) {
  for (int step = 0; step < 60000; step++) advance(0.001);
  union {
    double value;
    uint64_t bits;
  } energy = {position[0][0] + velocity[4][1]};
  return energy.bits + mandelbrot(500);
}
