/* What a word can become: a command where one stands, a path everywhere else. */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "sh.h"

static int begins(const char *name, const char *beginning) {
  return strncmp(name, beginning, strlen(beginning)) == 0;
}

static void add_names(const char *folder, const char *beginning, const char *shown, Words *words) {
  DIR *directory = opendir(folder);
  if (!directory) return;
  for (struct dirent *entry; (entry = readdir(directory));) {
    if (!begins(entry->d_name, beginning) || (entry->d_name[0] == '.' && !*beginning)) continue;
    Text path = {0}, name = {0};
    add_text(&path, folder);
    add_byte(&path, '/');
    add_text(&path, entry->d_name);
    add_text(&name, shown);
    add_text(&name, entry->d_name);
    struct stat status;
    if (stat(finished(&path), &status) == 0 && S_ISDIR(status.st_mode)) add_byte(&name, '/');
    add_word(words, finished(&name));
  }
  closedir(directory);
}

static void add_commands(const char *beginning, Words *words) {
  for (int i = 0; builtin_name(i); i++) {
    const char *name = builtin_name(i);
    if (begins(name, beginning)) add_word(words, copy_text(name, strlen(name)));
  }
  const char *path = variable("PATH");
  for (const char *at = path ? path : "/bin";; at++) {
    size_t length = strcspn(at, ":");
    if (length) add_names(copy_text(at, length), beginning, "", words);
    at += length;
    if (!*at) break;
  }
}

static int by_text(const void *left, const void *right) {
  return strcmp(*(char *const *)left, *(char *const *)right);
}

Words completions(const char *line, size_t cursor, size_t *start) {
  Words words = {0};
  size_t from = cursor;
  while (from > 0 && !strchr(" \t|&;<>(", line[from - 1])) from--;
  *start = from;
  char *word = copy_text(line + from, cursor - from);
  size_t before = from;
  while (before > 0 && line[before - 1] == ' ') before--;
  int is_command = before == 0 || strchr("|&;(", line[before - 1]) != NULL;
  char *slash = strrchr(word, '/');
  if (is_command && !slash) {
    add_commands(word, &words);
  } else {
    char *shown = copy_text(word, slash ? (size_t)(slash + 1 - word) : 0);
    add_names(*shown ? shown : ".", slash ? slash + 1 : word, shown, &words);
  }
  if (words.count > 1) qsort(words.items, (size_t)words.count, sizeof *words.items, by_text);
  return words;
}
