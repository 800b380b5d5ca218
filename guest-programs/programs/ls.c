/* ls [-la] [PATH…]: the names in folders, sorted; -l with kind, permissions and size; -a all. */
#include <dirent.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "complain.h"

static int is_long, shows_all;

static char kind_of(mode_t mode) {
  if (S_ISDIR(mode)) return 'd';
  if (S_ISLNK(mode)) return 'l';
  if (S_ISCHR(mode)) return 'c';
  if (S_ISFIFO(mode)) return 'p';
  return '-';
}

/* `path` is where it is, `name` what is shown. */
static void show(const char *path, const char *name) {
  struct stat status;
  if (!is_long) {
    printf("%s\n", name);
    return;
  }
  if (lstat(path, &status) < 0) {
    complain("ls", path);
    return;
  }
  char permissions[10] = "rwxrwxrwx";
  for (int bit = 0; bit < 9; bit++) {
    if (!(status.st_mode & (0400 >> bit))) permissions[bit] = '-';
  }
  printf("%c%s %2ld %8ld %s", kind_of(status.st_mode), permissions, (long)status.st_nlink,
         (long)status.st_size, name);
  char target[4096];
  ssize_t length = S_ISLNK(status.st_mode) ? readlink(path, target, sizeof target) : -1;
  if (length >= 0) printf(" -> %.*s", (int)length, target);
  putchar('\n');
}

static int by_text(const void *left, const void *right) {
  return strcmp(*(char *const *)left, *(char *const *)right);
}

static void list(const char *path) {
  DIR *directory = opendir(path);
  if (!directory) {
    complain("ls", path);
    return;
  }
  char **names = NULL;
  size_t count = 0, capacity = 0;
  for (struct dirent *entry; (entry = readdir(directory));) {
    if (entry->d_name[0] == '.' && !shows_all) continue;
    if (count == capacity) {
      capacity = capacity ? capacity * 2 : 32;
      names = realloc(names, capacity * sizeof *names);
    }
    if (!names || !(names[count++] = strdup(entry->d_name))) {
      complain("ls", path);
      exit(1);
    }
  }
  closedir(directory);
  if (count > 0) qsort(names, count, sizeof *names, by_text);
  for (size_t i = 0; i < count; i++) {
    char full[4096];
    snprintf(full, sizeof full, "%s/%s", path, names[i]);
    show(full, names[i]);
    free(names[i]);
  }
  free(names);
}

int main(int argc, char **argv) {
  for (int option; (option = getopt(argc, argv, "la")) != -1;) {
    if (option == 'l') is_long = 1;
    else if (option == 'a') shows_all = 1;
    else return 2;
  }
  if (optind == argc) list(".");
  int is_alone = argc - optind == 1;
  for (int i = optind; i < argc; i++) {
    struct stat status;
    if (lstat(argv[i], &status) < 0) {
      complain("ls", argv[i]);
      continue;
    }
    struct stat target;
    if (stat(argv[i], &target) < 0 || !S_ISDIR(target.st_mode)) {
      show(argv[i], argv[i]);
      continue;
    }
    if (!is_alone) printf("%s%s:\n", i > optind ? "\n" : "", argv[i]);
    list(argv[i]);
  }
  return exit_status;
}
