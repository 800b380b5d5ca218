/* Patterns against the names of files: *, ?, [a-z], [!a-z], folder by folder. */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "sh.h"

/* Matches c against the set behind a [; *end is behind its ]. -1 when the set is not closed. */
static int in_set(const char *set, char c, const char **end) {
  int is_negated = *set == '!' || *set == '^', found = 0;
  const char *at = set + is_negated;
  do {
    if (!*at) return -1;
    if (*at == LITERAL && at[1]) at++;
    char low = *at, high = low;
    if (at[1] == '-' && at[2] && at[2] != ']') at += 2, high = *at;
    if (c >= low && c <= high) found = 1;
    at++;
  } while (*at != ']');
  *end = at + 1;
  return found != is_negated;
}

int matches(const char *pattern, const char *name) {
  for (; *pattern; pattern++, name++) {
    if (*pattern == '*') {
      while (*pattern == '*') pattern++;
      for (;; name++) {
        if (matches(pattern, name)) return 1;
        if (!*name) return 0;
      }
    }
    if (!*name) return 0;
    if (*pattern == '[') {
      const char *end;
      int is_in = in_set(pattern + 1, *name, &end);
      if (is_in == 0) return 0;
      if (is_in > 0) {
        pattern = end - 1;
        continue;
      }
    }
    if (*pattern == '?') continue;
    if (*pattern == LITERAL && pattern[1]) pattern++;
    if (*pattern != *name) return 0;
  }
  return !*name;
}

static int is_plain(const char *pattern) {
  for (; *pattern; pattern++) {
    if (*pattern == LITERAL && pattern[1]) pattern++;
    else if (strchr("*?[", *pattern)) return 0;
  }
  return 1;
}

static char *joined(const char *folder, const char *name, const char *separator) {
  Text path = {0};
  add_text(&path, folder);
  add_text(&path, name);
  add_text(&path, separator);
  return finished(&path);
}

/* Continues with the rest of the pattern below `folder`, which is "" or ends with a slash. */
static void descend(const char *folder, const char *pattern, Words *paths) {
  while (*pattern == '/') {
    folder = joined(folder, "", folder[0] && folder[strlen(folder) - 1] == '/' ? "" : "/");
    pattern++;
  }
  size_t length = strcspn(pattern, "/");
  char *part = copy_text(pattern, length);
  const char *rest = pattern + length;
  if (!*part) {
    add_word(paths, joined(folder, "", ""));
    return;
  }
  if (is_plain(part)) {
    Text name = {0};
    for (char *at = part; *at; at++) {
      if (*at == LITERAL && at[1]) at++;
      add_byte(&name, *at);
    }
    char *path = joined(folder, finished(&name), "");
    struct stat status;
    if (lstat(path, &status) < 0) return;
    if (*rest) descend(joined(path, "/", ""), rest + 1, paths);
    else add_word(paths, path);
    return;
  }
  DIR *directory = opendir(*folder ? folder : ".");
  if (!directory) return;
  for (struct dirent *entry; (entry = readdir(directory));) {
    if (entry->d_name[0] == '.' && part[0] != '.') continue;
    if (!matches(part, entry->d_name)) continue;
    char *path = joined(folder, entry->d_name, "");
    if (*rest) descend(joined(path, "/", ""), rest + 1, paths);
    else add_word(paths, path);
  }
  closedir(directory);
}

static int by_text(const void *left, const void *right) {
  return strcmp(*(char *const *)left, *(char *const *)right);
}

int add_matches(const char *pattern, Words *paths) {
  int before = paths->count;
  descend("", pattern, paths);
  int count = paths->count - before;
  if (count > 0) qsort(paths->items + before, (size_t)count, sizeof *paths->items, by_text);
  return count;
}
