#include <sys/shm.h>

#include "case.h"

int main(void) {
  struct shmid_ds about;
  struct shm_info all;
  int id = shmget(IPC_PRIVATE, PAGE, IPC_CREAT | 0600);
  SHOW(shmctl(id, SHM_LOCK, NULL));
  SHOW(shmctl(id, IPC_STAT, &about));
  printf("mode %o\n", about.shm_perm.mode);
  SHOW(shmctl(id, SHM_UNLOCK, NULL));
  about.shm_perm.mode = 0400;
  SHOW(shmctl(id, IPC_SET, &about));
  SHOW(shmat(id, NULL, 0));
  SHOW(shmat(id, NULL, SHM_RDONLY) != (void *)-1);
  int highest = shmctl(0, SHM_INFO, (struct shmid_ds *)&all), found = 0;
  for (int i = 0; i <= highest; i++) found += shmctl(i, SHM_STAT, &about) == id;
  SHOW(found);
  SHOW(shmctl(0, SHM_INFO, (struct shmid_ds *)8));
  SHOW(shmctl(-1, SHM_STAT, &about));
  SHOW(shmctl(id, IPC_STAT, (struct shmid_ds *)8));
  SHOW(shmctl(id, IPC_SET, (struct shmid_ds *)8));
  SHOW(shmctl(id, 77, &about));
  SHOW(shmctl(-1, IPC_STAT, &about));
  about.shm_perm.mode = 0;
  SHOW(shmctl(id, IPC_SET, &about));
  SHOW(shmctl(id, IPC_STAT, &about));
  SHOW(shmctl(id, IPC_RMID, NULL));
  return 0;
}
