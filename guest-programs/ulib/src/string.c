/* Strings of ISO C and POSIX. */
#ifndef __clang__
/* Or GCC would find in these loops the very functions that they define, and call them. */
#pragma GCC optimize("no-tree-loop-distribute-patterns")
#endif
#include <stdlib.h>
#include <string.h>

size_t strlen(const char *text) {
  const char *end = text;
  while (*end) end++;
  return (size_t)(end - text);
}

size_t strnlen(const char *text, size_t size) {
  const char *end = memchr(text, 0, size);
  return end ? (size_t)(end - text) : size;
}

int strcmp(const char *left, const char *right) {
  while (*left && *left == *right) left++, right++;
  return (unsigned char)*left - (unsigned char)*right;
}

int strncmp(const char *left, const char *right, size_t size) {
  for (; size > 0; size--, left++, right++) {
    if (*left != *right || !*left) return (unsigned char)*left - (unsigned char)*right;
  }
  return 0;
}

char *stpcpy(char *restrict target, const char *restrict source) {
  while ((*target = *source)) target++, source++;
  return target;
}

char *strcpy(char *restrict target, const char *restrict source) {
  stpcpy(target, source);
  return target;
}

char *strncpy(char *restrict target, const char *restrict source, size_t size) {
  size_t length = strnlen(source, size);
  memcpy(target, source, length);
  memset(target + length, 0, size - length);
  return target;
}

char *strcat(char *restrict target, const char *restrict source) {
  stpcpy(target + strlen(target), source);
  return target;
}

char *strncat(char *restrict target, const char *restrict source, size_t size) {
  size_t length = strnlen(source, size);
  char *end = target + strlen(target);
  memcpy(end, source, length);
  end[length] = 0;
  return target;
}

char *strchr(const char *text, int c) {
  for (;; text++) {
    if (*text == (char)c) return (char *)text;
    if (!*text) return NULL;
  }
}

char *strrchr(const char *text, int c) {
  const char *found = NULL;
  for (;; text++) {
    if (*text == (char)c) found = text;
    if (!*text) return (char *)found;
  }
}

size_t strspn(const char *text, const char *set) {
  size_t length = 0;
  while (text[length] && strchr(set, text[length])) length++;
  return length;
}

size_t strcspn(const char *text, const char *stop) {
  size_t length = 0;
  while (text[length] && !strchr(stop, text[length])) length++;
  return length;
}

char *strpbrk(const char *text, const char *set) {
  text += strcspn(text, set);
  return *text ? (char *)text : NULL;
}

char *strstr(const char *text, const char *part) {
  size_t length = strlen(part);
  for (; *text || length == 0; text++) {
    if (strncmp(text, part, length) == 0) return (char *)text;
  }
  return NULL;
}

char *strtok_r(char *restrict text, const char *restrict separators, char **restrict rest) {
  if (!text) text = *rest;
  text += strspn(text, separators);
  if (!*text) {
    *rest = text;
    return NULL;
  }
  char *end = text + strcspn(text, separators);
  *rest = *end ? end + 1 : end;
  *end = 0;
  return text;
}

char *strtok(char *restrict text, const char *restrict separators) {
  static char *rest;
  return strtok_r(text, separators, &rest);
}

char *strndup(const char *text, size_t size) {
  size_t length = strnlen(text, size);
  char *copy = malloc(length + 1);
  if (!copy) return NULL;
  memcpy(copy, text, length);
  copy[length] = 0;
  return copy;
}

char *strdup(const char *text) { return strndup(text, (size_t)-1); }
