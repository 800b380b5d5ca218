#include "case.h"

static char endless(volatile char *above) {
  volatile char room[PAGE];
  room[0] = above[0];
  return (char)(endless(room) + room[0]);
}

int main(void) {
  char first = 1;
  printf("down\n");
  return endless(&first);
}
