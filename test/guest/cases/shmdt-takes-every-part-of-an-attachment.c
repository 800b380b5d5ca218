#include <sys/shm.h>

#include "case.h"

static int attachments(int id) {
  struct shmid_ds about;
  return shmctl(id, IPC_STAT, &about) == 0 ? (int)about.shm_nattch : -1;
}

int main(void) {
  int id = shmget(IPC_PRIVATE, 3 * PAGE, IPC_CREAT | 0600);
  char *at = shmat(id, NULL, 0);
  SHOW(mprotect(at + PAGE, PAGE, PROT_READ));
  SHOW(attachments(id));
  SHOW(shmdt(at + PAGE));
  SHOW(shmdt(at + 1));
  SHOW(munmap(at + PAGE, PAGE));
  SHOW(attachments(id));
  SHOW(shmdt(at));
  SHOW(attachments(id));
  SHOW(shmdt(at));
  picture(at, 3);
  SHOW(shmctl(id, IPC_RMID, NULL));
  SHOW(attachments(id));
  return 0;
}
