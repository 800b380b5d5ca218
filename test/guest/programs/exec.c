/* execve: arguments and environment reach the new program, descriptors stay open or close. */
#include <errno.h>
#include <fcntl.h>
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

static int again(int argc, char **argv) {
  printf("again: %d arguments, %s %s, X=%s\n", argc, argv[0], argv[2], getenv("X"));
  int kept = atoi(argv[3]), closed = atoi(argv[4]);
  show("kept", write(kept, "k", 1));
  show("close-on-exec", write(closed, "c", 1));
  struct sigaction action;
  sigaction(SIGUSR1, NULL, &action);
  sigset_t mask;
  sigprocmask(SIG_BLOCK, NULL, &mask);
  printf("handler reset %d, mask kept %d\n", action.sa_handler == SIG_DFL,
         sigismember(&mask, SIGUSR2));
  return 9;
}

static void handler(int signal) { (void)signal; }

int main(int argc, char **argv) {
  if (argc > 1) return again(argc, argv);
  int ends[2], closed[2];
  if (pipe(ends) < 0 || pipe(closed) < 0) return 1;
  fcntl(closed[1], F_SETFD, FD_CLOEXEC);
  signal(SIGUSR1, handler);
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGUSR2);
  sigprocmask(SIG_BLOCK, &set, NULL);
  fflush(stdout);
  pid_t child = fork();
  if (child == 0) {
    char kept_text[8], closed_text[8];
    snprintf(kept_text, sizeof kept_text, "%d", ends[1]);
    snprintf(closed_text, sizeof closed_text, "%d", closed[1]);
    char *arguments[] = {"renamed", "again", "a b", kept_text, closed_text, NULL};
    char *environment[] = {"X=y", NULL};
    execve("/proc/self/exe", arguments, environment);
    _exit(99);
  }
  int status;
  waitpid(child, &status, 0);
  printf("exit status %d\n", WEXITSTATUS(status));
  char byte;
  printf("through the pipe %zd\n", read(ends[0], &byte, 1));
  char *none[] = {"x", NULL};
  show("missing", execve("./missing", none, none + 1));
  int fd = open("text", O_CREAT | O_WRONLY, 0755);
  (void)!write(fd, "not a program", 13);
  close(fd);
  show("not a program", execve("./text", none, none + 1));
  fd = open("plain", O_CREAT | O_WRONLY, 0644);
  close(fd);
  show("not executable", execve("./plain", none, none + 1));
  unlink("text");
  unlink("plain");
  return 0;
}
