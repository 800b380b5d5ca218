#include <sys/shm.h>

#include "case.h"

int main(void) {
  key_t key = (key_t)(getpid() * 2 + 1);
  SHOW(shmget(key, PAGE, 0600));
  SHOW(shmget(key, 0, IPC_CREAT | 0600));
  SHOW(shmget(key, ~0UL, IPC_CREAT | 0600));
  int id = shmget(key, 2 * PAGE, IPC_CREAT | IPC_EXCL | 0600);
  SHOW(shmget(key, PAGE, IPC_CREAT | IPC_EXCL | 0600));
  SHOW(shmget(key, PAGE, IPC_CREAT | 0600) == id);
  SHOW(shmget(key, 0, 0) == id);
  SHOW(shmget(key, 3 * PAGE, 0600));
  SHOW(shmget(key, PAGE, 0601));
  SHOW(shmget(IPC_PRIVATE, PAGE, IPC_CREAT | 0600) == id);
  SHOW(shmctl(shmget(IPC_PRIVATE, PAGE, 0600), IPC_RMID, NULL));
  SHOW(shmctl(id, IPC_RMID, NULL));
  SHOW(shmget(key, PAGE, 0600));
  return 0;
}
