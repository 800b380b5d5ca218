/* Memory that stays one across fork: anonymous and file mappings, written by several processes. */
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define CHILDREN 5

static long *map(int flags, int fd) {
  return mmap(NULL, 4 * 4096, PROT_READ | PROT_WRITE, flags, fd, 0);
}

int main(void) {
  int fd = open("forked", O_RDWR | O_CREAT | O_TRUNC, 0600);
  if (ftruncate(fd, 4 * 4096) < 0) return 1;
  long *shared = map(MAP_SHARED | MAP_ANONYMOUS, -1);
  long *file = map(MAP_SHARED, fd);
  long *private = map(MAP_PRIVATE | MAP_ANONYMOUS, -1);
  long *private_file = map(MAP_PRIVATE, fd);
  shared[0] = private[0] = 100;
  for (int child = 1; child <= CHILDREN; child++) {
    if (fork() == 0) {
      for (int i = 0; i < 1000; i++) __atomic_fetch_add(&shared[0], 1, __ATOMIC_SEQ_CST);
      shared[child * 256] = child;
      file[child * 300] = child * 11;
      private[0] += child;
      private_file[0] = child;
      _exit(private[0] == 100 + child ? 0 : 1);
    }
  }
  int status, failures = 0;
  while (wait(&status) > 0) failures += status != 0;
  printf("%d failures, counter %ld\n", failures, shared[0]);
  for (int child = 1; child <= CHILDREN; child++) {
    long seen;
    if (pread(fd, &seen, sizeof seen, child * 300 * 8) != sizeof seen) return 1;
    printf("%ld %ld %ld\n", shared[child * 256], file[child * 300], seen);
  }
  printf("private %ld, private file %ld\n", private[0], private_file[0]);
  close(fd);
  unlink("forked");
  return 0;
}
