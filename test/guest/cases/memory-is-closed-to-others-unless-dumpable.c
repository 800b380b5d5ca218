#include "case.h"
#include <sys/prctl.h>

/* What the file of a process says when it is opened. */
static void showOpen(pid_t pid, const char *name) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, name);
  int fd = open(path, O_RDONLY);
  printf("%s: %s\n", name, fd == -1 ? errorName(errno) : "open");
  if (fd != -1) close(fd);
}

static void showFiles(pid_t pid) {
  static const char *const names[] = {"mem", "pagemap", "maps", "smaps", "environ", "stat", "status"};
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) showOpen(pid, names[i]);
}

int main(void) {
  char *at = letters(1), bytes[8] = "";
  pid_t parent = getpid();
  struct iovec to = {bytes, 6}, from = {at, 6};
  SHOW(prctl(PR_GET_DUMPABLE));
  SHOW(prctl(PR_SET_DUMPABLE, 2));
  SHOW(prctl(PR_SET_DUMPABLE, 0));
  showFiles(parent);
  SHOW(process_vm_readv(parent, &to, 1, &from, 1, 0));
  IN_CHILD {
    SHOW(prctl(PR_GET_DUMPABLE));
    SHOW(prctl(PR_SET_DUMPABLE, 1));
    showFiles(getpid());
    showFiles(parent);
    SHOW(process_vm_readv(parent, &to, 1, &from, 1, 0));
    SHOW(process_vm_writev(parent, &to, 1, &from, 1, 0));
    char link[64];
    snprintf(link, sizeof link, "/proc/%d/exe", (int)parent);
    SHOW(readlink(link, bytes, sizeof bytes));
  }
  SHOW(prctl(PR_SET_DUMPABLE, 1));
  showFiles(parent);
  return 0;
}
