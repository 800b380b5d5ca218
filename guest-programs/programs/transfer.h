/* What cp and mv share: where a file goes, and copying its bytes. */
#pragma once
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include "complain.h"

/* The path of `from` inside the folder `to`, or `to` itself when it is no folder. */
static inline const char *target_path(const char *from, const char *to, char *buffer, size_t size) {
  struct stat status;
  if (stat(to, &status) < 0 || !S_ISDIR(status.st_mode)) return to;
  const char *name = strrchr(from, '/');
  snprintf(buffer, size, "%s/%s", to, name ? name + 1 : from);
  return buffer;
}

static inline int is_folder(const char *path) {
  struct stat status;
  return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

/* Returns 0, or -1 with a complaint. */
static inline int copy_file(const char *program, const char *from, const char *to) {
  struct stat source, target;
  int in = open(from, O_RDONLY);
  if (in < 0 || fstat(in, &source) < 0) {
    complain(program, from);
    if (in >= 0) close(in);
    return -1;
  }
  if (stat(to, &target) == 0 && source.st_dev == target.st_dev && source.st_ino == target.st_ino) {
    fprintf(stderr, "%s: %s and %s are the same file\n", program, from, to);
    exit_status = 1;
    close(in);
    return -1;
  }
  int out = open(to, O_WRONLY | O_CREAT | O_TRUNC, source.st_mode & 0777);
  const char *failed = out < 0 ? to : NULL;
  static char bytes[65536];
  for (ssize_t count = 1; !failed && count > 0;) {
    count = read(in, bytes, sizeof bytes);
    if (count < 0) failed = from;
    for (ssize_t at = 0, written; !failed && at < count; at += written) {
      written = write(out, bytes + at, (size_t)(count - at));
      if (written < 0) failed = to;
    }
  }
  if (failed) complain(program, failed);
  close(in);
  if (out >= 0 && close(out) < 0 && !failed) complain(program, failed = to);
  return failed ? -1 : 0;
}
