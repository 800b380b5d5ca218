/* Files in memory and on the disk, their mappings, directories, memfds, System V shared memory. */
#include <dirent.h>
#include <sys/ipc.h>
#include <sys/sendfile.h>
#include <sys/shm.h>
#include <sys/uio.h>

#include "retry.h"

static char block[5 * PAGE];

static void fileIn(const char *folder) {
  char path[256];
  snprintf(path, sizeof path, "%s/failures.data", folder);
  int fd = (int)MUST(open(path, O_RDWR | O_CREAT | O_TRUNC, 0600));
  fill(block, 5, '1');
  writeAll(fd, block, 5 * PAGE);
  MUST(ftruncate(fd, 9 * PAGE));
  MUST(fallocate(fd, 0, 6 * PAGE, PAGE));
  MUST(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, PAGE, PAGE));
  char *shared = map(9, MAP_SHARED, fd);
  char *own = map(9, MAP_PRIVATE, fd);
  shared[7 * PAGE] = 'x';
  own[7 * PAGE + 1] = 'y';
  own[3 * PAGE] = 'z';
  MUST(msync(shared, 9 * PAGE, MS_SYNC));
  MUST(fsync(fd));
  MUST(mmap(shared + 2 * PAGE, PAGE, RW, MAP_SHARED | MAP_FIXED | MAP_POPULATE, fd, 0));
  static char back[3 * PAGE];
  MUST(lseek(fd, 2 * PAGE, SEEK_SET));
  readAll(fd, back, 3 * PAGE);
  say("file: %u %u %u\n", digest(shared, 8 * PAGE), digest(own, 8 * PAGE), digest(back, 3 * PAGE));
  MUST(ftruncate(fd, 2 * PAGE + 100));
  say("file: %u\n", digest(shared, 2 * PAGE));
  MUST(munmap(shared, 9 * PAGE));
  MUST(munmap(own, 9 * PAGE));
  MUST(close(fd));
  MUST(unlink(path));
}

static void directories(const char *folder) {
  char dir[256], path[300], other[300];
  snprintf(dir, sizeof dir, "%s/failures.dir", folder);
  snprintf(path, sizeof path, "%s/one", dir);
  snprintf(other, sizeof other, "%s/two", dir);
  MUST(mkdir(dir, 0700));
  int fd = (int)MUST(open(path, O_WRONLY | O_CREAT, 0600));
  writeAll(fd, "text", 4);
  MUST(close(fd));
  MUST(link(path, other));
  MUST(rename(other, path) == 0 ? unlink(other) : -1);
  MUST(symlink("one", other));
  char target[16] = "";
  long length = MUST(readlink(other, target, sizeof target));
  struct stat st;
  MUST(stat(other, &st));
  int opened = (int)MUST(open(dir, O_RDONLY | O_DIRECTORY));
  char entries[512];
  long bytes = MUST(syscall(SYS_getdents64, opened, entries, sizeof entries));
  MUST(close(opened));
  say("directory: %.*s %ld %d\n", (int)length, target, (long)st.st_size, bytes > 0);
  MUST(unlink(other));
  MUST(unlink(path));
  MUST(rmdir(dir));
}

static void memoryFiles(void) {
  int fd = (int)MUST(memfd_create("failures", MFD_ALLOW_SEALING));
  int copy = (int)MUST(memfd_create("copy", 0));
  MUST(ftruncate(fd, 4 * PAGE));
  char *at = map(4, MAP_SHARED, fd);
  fill(at, 4, 'm');
  MUST(fcntl(fd, F_ADD_SEALS, F_SEAL_GROW));
  /* A call that cannot say how far it came has still come so far. */
  struct {
    off_t from;
    loff_t in, out;
  } offsets = {0, PAGE, 6 * PAGE}, *places = &offsets;
  MUST(mlock(places, sizeof *places));
  while (places->from < 4 * PAGE) MUST(sendfile(copy, fd, &places->from, 4 * PAGE - places->from));
  while (places->in < 3 * PAGE) {
    MUST(copy_file_range(fd, &places->in, copy, &places->out, 3 * PAGE - places->in, 0));
  }
  MUST(munlock(places, sizeof *places));
  char *copied = map(8, MAP_SHARED, copy);
  say("memfd: %u %u\n", digest(at, 4 * PAGE), digest(copied, 8 * PAGE));
  MUST(madvise(at, PAGE, MADV_REMOVE));
  say("memfd: %d %c\n", at[0], at[PAGE]);
  MUST(remap_file_pages(at, PAGE, 0, 2, 0));
  say("memfd: %c\n", at[0]);
  MUST(munmap(at, 4 * PAGE));
  MUST(munmap(copied, 8 * PAGE));
  MUST(close(fd));
  MUST(close(copy));
}

static void segments(void) {
  int id = (int)MUST(shmget(IPC_PRIVATE, 3 * PAGE, IPC_CREAT | 0600));
  char *at = (char *)MUST(shmat(id, NULL, 0));
  MUST(shmctl(id, IPC_RMID, NULL));
  fill(at, 2, 'v');
  IN_CHILD { at[2 * PAGE] = 'w'; }
  struct shmid_ds about;
  MUST(shmctl(id, IPC_STAT, &about));
  say("segment: %u %d\n", digest(at, 3 * PAGE), (int)about.shm_nattch);
  MUST(shmdt(at));
}
