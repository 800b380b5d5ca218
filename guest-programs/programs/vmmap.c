/*
 * What is where in this process: its regions, then the walk of the page tables, level by level,
 * for an address (`vmmap 0x10000`), or for one of each: code, constant, data, heap, stack.
 */
#include "show.h"

static void show_region(const Region *region) {
  printf("  %s%10lx-%-10lx%s  %s  %6lu KiB  %s\n", GREEN, (unsigned long)region->start,
         (unsigned long)region->end, PLAIN, region->protection,
         (unsigned long)(region->end - region->start) / 1024,
         region->name[0] ? region->name : "anonymous");
}

static void show_step(uintptr_t address, const Step *step) {
  printf("  level %d  entry %3u at %lx holds %016lx  %-8s", step->level,
         index_at(address, step->level), step->pte_address, step->value, step->flags);
  if (!is_valid(step)) printf("  not present\n");
  else if (is_leaf(step)) printf("  → %s%lx%s\n", YELLOW, step->pa, PLAIN);
  else printf("  → table\n");
}

/* Returns 0 where there is nothing to walk. */
static int show_walk(const char *what, uintptr_t address) {
  Step steps[3];
  int count = walk(address, steps);
  printf("\n%s%s%s%lx%s\n", BOLD, what, *what ? " " : "", (unsigned long)address, PLAIN);
  if (count < 0) {
    printf("  " NEEDS_WALK "\n");
    return 0;
  }
  for (int i = 0; i < count; i++) show_step(address, &steps[i]);
  return 1;
}

static const char constant[] = "a constant";
static int datum = 1;

int main(int argc, char **argv) {
  printf("%sregions of this process%s\n", BOLD, PLAIN);
  if (!each_region(0, UINTPTR_MAX, show_region)) printf("  needs /proc/self/maps\n");
  if (argc > 1) {
    for (int i = 1; i < argc; i++) {
      char *end;
      unsigned long address = strtoul(argv[i], &end, 0);
      if (*end || !*argv[i]) {
        fprintf(stderr, "vmmap: '%s' is not an address: give a number such as 0x10000\n", argv[i]);
        return 2;
      }
      show_walk("", address);
    }
    return 0;
  }
  char *heap = malloc(16);
  *heap = 1;
  show_walk("code: main", (uintptr_t)main);
  show_walk("constant", (uintptr_t)constant);
  show_walk("datum", (uintptr_t)&datum);
  show_walk("heap: malloc(16)", (uintptr_t)heap);
  show_walk("stack: argc", (uintptr_t)&argc);
  free(heap);
  return 0;
}
