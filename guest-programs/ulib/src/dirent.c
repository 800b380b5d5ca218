/* Directories over getdents64(2). */
#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>
#include "internal.h"

struct __directory {
  int fd;
  int used, filled; /* bytes of buffer */
  char buffer[2048] __attribute__((aligned(8)));
};

DIR *opendir(const char *path) {
  int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return NULL;
  DIR *directory = malloc(sizeof *directory);
  if (!directory) {
    close(fd);
    return NULL;
  }
  directory->fd = fd;
  directory->used = directory->filled = 0;
  return directory;
}

struct dirent *readdir(DIR *directory) {
  if (directory->used == directory->filled) {
    long filled = CALL(SYS_getdents64, directory->fd, directory->buffer, sizeof directory->buffer);
    if (filled <= 0) return NULL;
    directory->used = 0;
    directory->filled = (int)filled;
  }
  struct dirent *entry = (struct dirent *)(directory->buffer + directory->used);
  directory->used += entry->d_reclen;
  return entry;
}

int dirfd(DIR *directory) { return directory->fd; }

int closedir(DIR *directory) {
  int result = close(directory->fd);
  free(directory);
  return result;
}
