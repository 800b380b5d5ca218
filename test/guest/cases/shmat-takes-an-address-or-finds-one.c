#include <sys/shm.h>

#include "case.h"

int main(void) {
  int id = shmget(IPC_PRIVATE, 2 * PAGE, IPC_CREAT | 0600);
  char *room = map(8);
  munmap(room, 8 * PAGE);
  SHOW(shmat(id, room + 100, 0));
  SHOW(shmat(id, room + 100, SHM_RND) == room);
  SHOW(shmat(id, room + PAGE, 0));
  SHOW(shmat(id, room + PAGE, SHM_REMAP) == room + PAGE);
  SHOW(shmat(id, NULL, SHM_REMAP));
  picture(room, 4);
  STORE(room, 'a');
  contents(room, 3);
  char *read = shmat(id, NULL, SHM_RDONLY), *code = shmat(id, NULL, SHM_EXEC);
  picture(read, 2);
  STORE(read, 1);
  SHOW(shmat(id, NULL, SHM_EXEC) != (void *)-1);
  picture(code, 2);
  SHOW(mprotect(read, PAGE, RW));
  SHOW(shmat(-1, NULL, 0));
  SHOW(shmctl(id, IPC_RMID, NULL));
  return 0;
}
