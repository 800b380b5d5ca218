#include <linux/membarrier.h>

#include "case.h"

#ifndef SYS_membarrier
#define SYS_membarrier 283
#endif
#define MEMBARRIER_CMD_GET_REGISTRATIONS (1 << 9)

static long membarrier(int command, unsigned flags) {
  return syscall(SYS_membarrier, command, flags, 0);
}

int main(void) {
  const int known = MEMBARRIER_CMD_GLOBAL | MEMBARRIER_CMD_PRIVATE_EXPEDITED |
                    MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE;
  SHOW((membarrier(MEMBARRIER_CMD_QUERY, 0) & known) == known);
  SHOW(membarrier(MEMBARRIER_CMD_QUERY, 1));
  SHOW(membarrier(MEMBARRIER_CMD_GLOBAL, 0));
  SHOW(membarrier(MEMBARRIER_CMD_GLOBAL_EXPEDITED, 0));
  SHOW(membarrier(MEMBARRIER_CMD_GET_REGISTRATIONS, 0));
  SHOW(membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0));
  SHOW(membarrier(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0));
  SHOW(membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0));
  SHOW(membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE, 0));
  SHOW(membarrier(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE, 0));
  SHOW(membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE, 0));
  SHOW(membarrier(MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED, 0));
  SHOW(membarrier(MEMBARRIER_CMD_GET_REGISTRATIONS, 0));
  IN_CHILD { SHOW(membarrier(MEMBARRIER_CMD_GET_REGISTRATIONS, 0)); }
  SHOW(membarrier(MEMBARRIER_CMD_GET_REGISTRATIONS, 1));
  SHOW(membarrier(1 << 20, 0));
  return 0;
}
