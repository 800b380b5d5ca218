/*
 * What fork copies: a private mapping looks copied, a shared one is the same memory, and a pipe
 * joins the two processes.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static void *map(int flags) {
  void *memory = mmap(NULL, 4096, PROT_READ | PROT_WRITE, flags | MAP_ANONYMOUS, -1, 0);
  if (memory != MAP_FAILED) return memory;
  perror("mmap");
  exit(1);
}

int main(void) {
  int *private = map(MAP_PRIVATE);
  int *shared = map(MAP_SHARED);
  int ends[2];
  if (pipe(ends) < 0) {
    perror("pipe");
    return 1;
  }
  *private = *shared = 1;
  printf("before fork:   private %d, shared %d\n", *private, *shared);
  fflush(stdout);

  pid_t child = fork();
  if (child < 0) {
    perror("fork");
    return 1;
  }
  if (child == 0) {
    *private = *shared = 2;
    dprintf(ends[1], "child wrote:   private %d, shared %d\n", *private, *shared);
    _exit(7);
  }

  close(ends[1]);
  char line[80];
  ssize_t length;
  while ((length = read(ends[0], line, sizeof line)) > 0) fwrite(line, 1, (size_t)length, stdout);
  int status = 0;
  waitpid(child, &status, 0);
  printf("parent reads:  private %d, shared %d\n", *private, *shared);
  printf("child's status: %d\n", WEXITSTATUS(status));
  return *private == 1 && *shared == 2 ? 0 : 1;
}
