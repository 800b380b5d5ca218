/* rm [-rf] PATH…: -r folders with what is in them; -f nothing said of what is not there. */
#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>
#include "complain.h"

static int is_recursive, is_forced;

static void delete(const char *path);

static void delete_contents(const char *path) {
  DIR *directory = opendir(path);
  if (!directory) {
    complain("rm", path);
    return;
  }
  for (struct dirent *entry; (entry = readdir(directory));) {
    if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
    char inner[4096];
    snprintf(inner, sizeof inner, "%s/%s", path, entry->d_name);
    delete(inner);
  }
  closedir(directory);
}

static void delete(const char *path) {
  struct stat status;
  if (lstat(path, &status) < 0) {
    if (!is_forced || errno != ENOENT) complain("rm", path);
    return;
  }
  int is_folder = S_ISDIR(status.st_mode);
  if (is_folder && is_recursive) delete_contents(path);
  if ((is_folder && is_recursive ? rmdir(path) : unlink(path)) < 0) complain("rm", path);
}

int main(int argc, char **argv) {
  for (int option; (option = getopt(argc, argv, "rf")) != -1;) {
    if (option == 'r') is_recursive = 1;
    else if (option == 'f') is_forced = 1;
    else return 2;
  }
  if (optind == argc && !is_forced) {
    fprintf(stderr, "usage: rm [-rf] PATH…\n");
    return 2;
  }
  for (int i = optind; i < argc; i++) delete(argv[i]);
  return exit_status;
}
