/*
 * What the demonstrations show of their own memory: rows of /proc/self/maps, and the walk of the
 * page tables through /proc/self/walk, which pagewalk has and Linux has not. On Linux the walk
 * lines say so and everything else works.
 */
#pragma once
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PAGE 4096UL
#define NEEDS_WALK "needs /proc/self/walk"

/* ANSI colour, and only when stdout is a terminal. */
static inline const char *style(const char *sequence) { return isatty(1) ? sequence : ""; }
#define BOLD style("\033[1m")
#define DIM style("\033[90m") /* faint is too faint on many screens */
#define CYAN style("\033[36m")
#define GREEN style("\033[32m")
#define YELLOW style("\033[33m")
#define PLAIN style("\033[0m")

/* One region as /proc/self/maps prints it; name is empty for anonymous memory. */
typedef struct {
  uintptr_t start, end;
  char protection[5];
  char name[80];
} Region;

/* Parses `start-end rwxp offset device inode   name`; returns 0 for any other line. */
static inline int parse_region(const char *line, Region *region) {
  char *at;
  region->start = strtoul(line, &at, 16);
  if (*at != '-') return 0;
  region->end = strtoul(at + 1, &at, 16);
  if (*at != ' ') return 0;
  snprintf(region->protection, sizeof region->protection, "%.4s", at + 1);
  for (int field = 0; field < 4; field++) { /* protection, offset, device, inode */
    at += strspn(at, " ");
    at += strcspn(at, " \n");
  }
  at += strspn(at, " ");
  snprintf(region->name, sizeof region->name, "%.*s", (int)strcspn(at, "\n"), at);
  return 1;
}

/* Calls `visit`, unless NULL, for each region over [start, end), ascending; returns their number. */
static inline int each_region(uintptr_t start, uintptr_t end, void (*visit)(const Region *)) {
  FILE *maps = fopen("/proc/self/maps", "r");
  if (!maps) return 0;
  char line[256];
  int count = 0;
  while (fgets(line, sizeof line, maps)) {
    Region region;
    if (!parse_region(line, &region) || region.end <= start || region.start >= end) continue;
    if (visit) visit(&region);
    count++;
  }
  fclose(maps);
  return count;
}

/* One level of a walk. */
typedef struct {
  int level;
  unsigned long pte_address, value, pa; /* pa: the next table, or the translated address */
  char flags[9];                        /* of VRWXUGAD those that are set; "-" when V is not */
} Step;

/* The number that follows `name` in the text, in hexadecimal. */
static inline unsigned long field(const char *line, const char *name) {
  const char *at = strstr(line, name);
  return at ? strtoul(at + strlen(name), NULL, 16) : 0;
}

/*
 * Walks the page tables for an address: the levels from 2 downwards as far as there are entries.
 * Returns their number, or -1 where there is no /proc/self/walk: the address is written to it, and
 * the walk is read back. Opened each time, because after fork "self" is somebody else.
 */
static inline int walk(uintptr_t address, Step steps[3]) {
  int fd = open("/proc/self/walk", O_RDWR | O_CLOEXEC);
  if (fd < 0) return -1;
  char text[512];
  int asked = snprintf(text, sizeof text, "0x%lx\n", (unsigned long)address);
  ssize_t length = write(fd, text, (size_t)asked) == asked ? read(fd, text, sizeof text - 1) : -1;
  close(fd);
  if (length < 0) return -1;
  text[length] = 0;
  int count = 0;
  for (char *rest = text, *line; count < 3 && (line = strtok_r(rest, "\n", &rest)) && *line == 'L'; count++) {
    Step *step = &steps[count];
    step->level = line[1] - '0';
    step->pte_address = field(line, "pte=");
    step->value = field(line, "value=");
    step->pa = field(line, "pa=");
    const char *flags = strstr(line, "flags=");
    int flags_length = flags ? (int)strcspn(flags + 6, " ") : 0;
    snprintf(step->flags, sizeof step->flags, "%.*s", flags_length, flags ? flags + 6 : "");
  }
  return count;
}

/* A step that leads to memory rather than to the next table has one of R, W, X. */
static inline int is_leaf(const Step *step) { return strpbrk(step->flags, "RWX") != NULL; }
static inline int is_valid(const Step *step) { return strchr(step->flags, 'V') != NULL; }
/* The 9 bits of the address that choose the entry at this level. */
static inline unsigned index_at(uintptr_t address, int level) {
  return (unsigned)(address >> (12 + 9 * level)) & 511;
}
