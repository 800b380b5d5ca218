/* A tree of processes: exit statuses, orphans' memory, wait's errors. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* A function, because the arguments of one printf are evaluated in no fixed order. */
static void show(const char *what, long result) {
  printf("%s: %ld %s\n", what, result, result < 0 ? strerror(errno) : "");
}

/* Counts the processes of a binary tree by the statuses that come up it. */
static int tree(int depth) {
  if (depth == 0) return 1;
  int total = 1;
  pid_t children[2];
  for (int i = 0; i < 2; i++) {
    children[i] = fork();
    if (children[i] == 0) _exit(tree(depth - 1));
  }
  for (int i = 0; i < 2; i++) {
    int status;
    waitpid(children[i], &status, 0);
    total += WEXITSTATUS(status);
  }
  return total;
}

static int value = 10;

int main(void) {
  printf("tree of depth 4: %d processes\n", tree(4));
  int *heap = malloc(sizeof *heap);
  *heap = 20;
  int local = 30;
  fflush(stdout);
  pid_t child = fork();
  if (child == 0) {
    value++, (*heap)++, local++;
    printf("child: %d %d %d\n", value, *heap, local);
    exit(3);
  }
  int status;
  printf("waited for it: %d\n", waitpid(child, &status, 0) == child);
  printf("exited %d with %d; parent: %d %d %d\n", WIFEXITED(status), WEXITSTATUS(status), value,
         *heap, local);
  show("no more", wait(NULL));
  show("not mine", waitpid(1, NULL, 0));

  child = fork();
  if (child == 0) {
    for (;;) pause();
  }
  printf("still running: %d\n", waitpid(child, &status, WNOHANG));
  kill(child, SIGKILL);
  waitpid(child, &status, 0);
  printf("signalled %d by %d\n", WIFSIGNALED(status), WTERMSIG(status));
  child = fork();
  if (child == 0) abort();
  waitpid(child, &status, 0);
  printf("aborted: %d\n", WTERMSIG(status) == SIGABRT);

  int ends[2];
  if (pipe(ends) < 0) return 1;
  fflush(stdout);
  if (fork() == 0) {
    /* The grandchild outlives the child and is adopted: its parent is no longer the child. */
    if (fork() == 0) {
      char byte;
      close(ends[1]);
      (void)!read(ends[0], &byte, 1); /* 0 at the end of file: the child is gone */
      _exit(0);
    }
    _exit(5);
  }
  wait(&status);
  printf("child of the orphan's: %d\n", WEXITSTATUS(status));
  close(ends[1]);
  return 0;
}
