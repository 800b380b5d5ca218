/* ps: every process that /proc shows: number, parent, group, state, name. */
#include <ctype.h>
#include <dirent.h>
#include <stdlib.h>
#include "complain.h"

static void show(const char *pid) {
  char path[300], line[512];
  snprintf(path, sizeof path, "/proc/%s/stat", pid);
  FILE *file = fopen(path, "r");
  if (!file) return; /* it ended in between */
  if (fgets(line, sizeof line, file)) {
    /* pid (name) state parent group …; the name may hold anything, also parentheses */
    char *name = strchr(line, '('), *behind = strrchr(line, ')');
    if (name && behind && strlen(behind) > 4) {
      *behind = 0;
      char *rest;
      char state = behind[2];
      long parent = strtol(behind + 3, &rest, 10), group = strtol(rest, &rest, 10);
      printf("%6s %6ld %6ld  %c  %s\n", pid, parent, group, state, name + 1);
    }
  }
  fclose(file);
}

static int by_number(const void *left, const void *right) {
  return atoi(*(char *const *)left) - atoi(*(char *const *)right);
}

int main(void) {
  DIR *directory = opendir("/proc");
  if (!directory) {
    complain("ps", "/proc");
    return 1;
  }
  char **pids = NULL;
  size_t count = 0;
  for (struct dirent *entry; (entry = readdir(directory));) {
    if (!isdigit((unsigned char)entry->d_name[0])) continue;
    pids = realloc(pids, (count + 1) * sizeof *pids);
    if (!pids || !(pids[count++] = strdup(entry->d_name))) {
      complain("ps", "memory");
      return 1;
    }
  }
  closedir(directory);
  if (count > 0) qsort(pids, count, sizeof *pids, by_number);
  printf("   PID   PPID   PGID  S  NAME\n");
  for (size_t i = 0; i < count; i++) show(pids[i]);
  return exit_status;
}
