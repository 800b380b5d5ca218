/* A bit of everything, in folders that the arguments name; what it prints depends on nothing else. */
#include "retry.h"

#include "files.h"
#include "memory.h"
#include "processes.h"

int main(int count, char **arguments) {
  if (count == 2 && strcmp(arguments[1], "executed") == 0) return 4;
  /* From here on; what the C library does before main it cannot do without. */
  umask(022);
  mappings();
  advice();
  megapages();
  heapAndLocks();
  stacks();
  sharing();
  for (int i = 1; i < count; i++) {
    fileIn(arguments[i]);
    directories(arguments[i]);
  }
  memoryFiles();
  segments();
  pipes();
  sockets();
  threads();
  signals();
  programs(arguments[0]);
  others();
  say("all done\n");
  return 0;
}
