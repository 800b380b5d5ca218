#include <sys/shm.h>

#include "case.h"

int main(void) {
  struct shmid_ds about;
  int id = shmget(IPC_PRIVATE, PAGE, IPC_CREAT | 0600);
  char *at = shmat(id, NULL, 0);
  at[0] = 'A';
  SHOW(shmctl(id, IPC_RMID, NULL));
  SHOW(shmctl(id, IPC_STAT, &about));
  printf("mode %o\n", about.shm_perm.mode);
  char *again = shmat(id, NULL, 0);
  contents(again, 1);
  IN_CHILD {
    at[0] = 'B';
    SHOW(shmdt(at));
  }
  contents(again, 1);
  SHOW(shmdt(at));
  SHOW(shmctl(id, IPC_STAT, &about));
  SHOW(shmdt(again));
  SHOW(shmctl(id, IPC_STAT, &about));
  return 0;
}
