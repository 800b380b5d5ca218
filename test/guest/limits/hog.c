/* A child takes all memory while its parent and a sleeping volunteer look on. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static void show(const char *path) {
  char text[32] = "";
  int file = open(path, O_RDONLY);
  read(file, text, sizeof text - 1);
  close(file);
  printf("%s: %s", path, text);
}

static int adjust(const char *value) {
  int file = open("/proc/self/oom_score_adj", O_RDWR);
  long written = write(file, value, strlen(value));
  close(file);
  return written == (long)strlen(value);
}

/* Touches 64 MiB in steps of a page, through a system call now and then. */
static int takeAll(void) {
  char *memory = mmap(NULL, 64 << 20, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  int zero = open("/dev/zero", O_RDONLY);
  for (long at = 0; at < 64 << 20; at += 4096) {
    if (at % 65536 == 0) read(zero, memory + at, 1);
    else memory[at] = 1;
  }
  return 0;
}

int main(int argc, char **argv) {
  setvbuf(stdout, NULL, _IONBF, 0);
  printf("refused: %d %d %d\n", adjust("-1"), adjust("1001"), adjust("x"));
  int status;
  pid_t volunteer = fork();
  if (volunteer == 0) {
    if (argc > 1) adjust(argv[1]);
    show("/proc/self/oom_score_adj");
    fflush(stdout);
    pause();
  }
  sleep(1);
  pid_t hog = fork();
  if (hog == 0) _exit(takeAll());
  waitpid(hog, &status, 0);
  printf("hog: signal %d\n", WTERMSIG(status));
  pid_t dead = waitpid(volunteer, &status, WNOHANG);
  printf("volunteer: %s\n", dead == volunteer ? strsignal(WTERMSIG(status)) : "alive");
  kill(volunteer, SIGTERM);
  printf("%d\n", takeAll() == 0);
  return 0;
}
