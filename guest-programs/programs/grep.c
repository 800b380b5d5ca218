/*
 * grep [-inv] PATTERN [FILE…]: the lines that match. In the pattern . is any character, c* any
 * number of c, ^ and $ the ends of the line, [a-z] and [^a-z] a set, \ quotes the next character.
 * Exit status 0 when a line matched, 1 when none, 2 after an error.
 */
#include <ctype.h>
#include <stdlib.h>
#include <unistd.h>
#include "complain.h"

static int ignores_case, shows_numbers, is_inverted;

static int fold(char c) { return ignores_case ? tolower((unsigned char)c) : c; }

/* Behind the element of the pattern at `at`: a character, an escaped one, a set. */
static const char *after_element(const char *at) {
  if (*at == '\\' && at[1]) return at + 2;
  if (*at != '[') return at + 1;
  const char *end = strchr(at + (at[1] == '^' ? 3 : 2), ']');
  return end ? end + 1 : at + 1;
}

static int element_matches(const char *at, char c) {
  if (*at == '\\' && at[1]) return fold(at[1]) == fold(c);
  if (*at == '.') return 1;
  const char *end = after_element(at) - 1;
  if (*at != '[' || end == at) return fold(*at) == fold(c);
  int is_negated = at[1] == '^', found = 0;
  for (at += 1 + is_negated; at < end; at++) {
    char low = *at, high = low;
    if (at[1] == '-' && at + 2 < end) at += 2, high = *at;
    for (int other = 0; other < 2; other++) {
      int probe = !ignores_case ? c : other ? toupper((unsigned char)c) : tolower((unsigned char)c);
      if (probe >= low && probe <= high) found = 1;
    }
  }
  return found != is_negated;
}

static int matches_here(const char *pattern, const char *text) {
  while (*pattern) {
    if (pattern[0] == '$' && !pattern[1]) return !*text;
    const char *next = after_element(pattern);
    if (*next == '*') {
      const char *most = text;
      while (*most && element_matches(pattern, *most)) most++;
      for (;; most--) {
        if (matches_here(next + 1, most)) return 1;
        if (most == text) return 0;
      }
    }
    if (!*text || !element_matches(pattern, *text)) return 0;
    pattern = next;
    text++;
  }
  return 1;
}

static int matches(const char *pattern, const char *text) {
  if (*pattern == '^') return matches_here(pattern + 1, text);
  for (;; text++) {
    if (matches_here(pattern, text)) return 1;
    if (!*text) return 0;
  }
}

/* Returns whether a line matched. */
static int search(const char *pattern, FILE *file, const char *name) {
  char *line = NULL;
  size_t capacity = 0;
  int found = 0, number = 0;
  for (ssize_t length; (length = getline(&line, &capacity, file)) > 0;) {
    number++;
    if (line[length - 1] == '\n') line[length - 1] = 0;
    if (matches(pattern, line) == is_inverted) continue;
    found = 1;
    if (name) printf("%s:", name);
    if (shows_numbers) printf("%d:", number);
    printf("%s\n", line);
  }
  free(line);
  return found;
}

int main(int argc, char **argv) {
  for (int option; (option = getopt(argc, argv, "inv")) != -1;) {
    if (option == 'i') ignores_case = 1;
    else if (option == 'n') shows_numbers = 1;
    else if (option == 'v') is_inverted = 1;
    else return 2;
  }
  if (optind == argc) {
    fprintf(stderr, "usage: grep [-inv] PATTERN [FILE…]\n");
    return 2;
  }
  const char *pattern = argv[optind++];
  int found = 0, has_several = argc - optind > 1;
  if (optind == argc) found = search(pattern, stdin, NULL);
  for (int i = optind; i < argc; i++) {
    FILE *file = fopen(argv[i], "r");
    if (!file) {
      complain("grep", argv[i]);
      continue;
    }
    found |= search(pattern, file, has_several ? argv[i] : NULL);
    fclose(file);
  }
  return exit_status ? 2 : !found;
}
