/*
 * The life of one mmap in ten steps: what the program does, and what that changes in the kernel's
 * regions and in the page tables. Waits for Enter between the steps; `mmapdemo -a` runs through.
 */
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include "show.h"

#define PAGES 4

static int is_stepping;
static int step_number;

/* One sentence that says what happens, and the C that makes it happen. */
static void step(const char *sentence, const char *code) {
  printf("\n%s%2d  %s%s\n", BOLD, ++step_number, sentence, PLAIN);
  printf("    %s%s%s\n", CYAN, code, PLAIN);
}

static void note(const char *text) { printf("    %s\n", text); }

static void show_region(const Region *region) {
  unsigned long kib = (region->end - region->start) / 1024;
  printf("    region  %s%lx-%lx  %s%s  %lu KiB  %s\n", GREEN, (unsigned long)region->start,
         (unsigned long)region->end, region->protection, PLAIN, kib,
         region->name[0] ? region->name : "anonymous");
}

static void show_regions(const char *start, size_t length) {
  if (!each_region((uintptr_t)start, (uintptr_t)start + length, show_region)) {
    note("region  none");
  }
}

/* VA → level 2 → level 1 → level 0 → PA with the flags of the leaf. */
static void show_walk(const char *page) {
  uintptr_t va = (uintptr_t)page;
  Step steps[3];
  int count = walk(va, steps);
  if (count < 0) {
    printf("    walk    " NEEDS_WALK "\n");
    return;
  }
  printf("    walk    %s%lx%s", GREEN, (unsigned long)va, PLAIN);
  for (int i = 0; i < count; i++) printf(" → L%d[%u]", steps[i].level, index_at(va, steps[i].level));
  const Step *last = &steps[count - 1];
  if (is_leaf(last)) {
    printf(" → %s%lx  %s%s\n", YELLOW, last->pa, last->flags, PLAIN);
  } else {
    int is_mapped = each_region(va, va + 1, NULL) > 0;
    printf(" → %s%s%s\n", DIM, is_mapped ? "not present until touched" : "nothing", PLAIN);
  }
}

/* Stores and loads that happen where they stand, whatever the compiler may think of them. */
static void store(char *at, char value) { *(volatile char *)at = value; }
static char load(const char *at) { return *(const volatile char *)at; }

/* Waits for Enter, then takes the question away again. */
static void next(void) {
  if (!is_stepping) return;
  printf("\n    %sEnter: next step   q: quit%s ", DIM, PLAIN);
  fflush(stdout);
  int key = getchar();
  if (key == EOF || key == 'q') exit(0);
  for (int rest = key; rest != '\n' && rest != EOF;) rest = getchar();
  printf("\033[1A\033[2K\033[1A"); /* up onto the question, clear it, up onto the empty line */
  fflush(stdout);
}

/* Runs `body` in a child, waits for it, and returns its status. */
static int in_child(void (*body)(char *), char *p) {
  fflush(stdout);
  pid_t child = fork();
  if (child < 0) {
    perror("fork");
    exit(1);
  }
  if (child == 0) {
    body(p);
    fflush(stdout);
    _exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return status;
}

static void write_in_child(char *p) {
  note("in the child, before its store: the parent's frame, W taken away");
  show_walk(p);
  store(p, 'C');
  note("in the child, after it: a frame of its own, W back");
  show_walk(p);
}

static void touch_in_child(char *p) { store(p, 'X'); }

int main(int argc, char **argv) {
  int runs_through = argc > 1 && strcmp(argv[1], "-a") == 0;
  if (argc > 1 && !runs_through) {
    fprintf(stderr, "usage: mmapdemo [-a]   (-a: run through without waiting)\n");
    return 2;
  }
  is_stepping = !runs_through && isatty(0) && isatty(1);

  printf("%smmapdemo: the life of one mmap%s\n", BOLD, PLAIN);
  printf("region: what the kernel promised. walk: what the page tables hold, VA → PA.\n"
         "Flags of a PTE: Valid Read Write eXecute User Global Accessed Dirty.\n");

  step("Map four pages. The kernel promises addresses and gives no memory.",
       "p = mmap(NULL, 4 * 4096, PROT_READ | PROT_WRITE,\n"
       "             MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);");
  char *p = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (p == MAP_FAILED) {
    perror("mmap");
    return 1;
  }
  show_regions(p, PAGES * PAGE);
  show_walk(p);
  next();

  step("Write to the first page. The store faults, a zeroed frame takes its place.",
       "p[0] = 'P';");
  store(p, 'P');
  show_walk(p);
  show_walk(p + PAGE);
  next();

  step("Only read the second page. One frame of zeros serves every such page.",
       "sum = p[4096];");
  int sum = load(p + PAGE);
  printf("    sum     %d\n", sum);
  show_walk(p + PAGE);
  next();

  step("Write to it after all. Now it gets a frame of its own.", "p[4096] = 'Q';");
  store(p + PAGE, 'Q');
  show_walk(p + PAGE);
  next();

  step("Protect the second page. One region becomes three, and its PTE loses W.",
       "mprotect(p + 4096, 4096, PROT_READ);");
  mprotect(p + PAGE, PAGE, PROT_READ);
  show_regions(p, PAGES * PAGE);
  show_walk(p + PAGE);
  next();

  step("Unmap the second page. A hole: region and PTE are gone, its frame is free.",
       "munmap(p + 4096, 4096);");
  munmap(p + PAGE, PAGE);
  show_regions(p, PAGES * PAGE);
  show_walk(p + PAGE);
  next();

  step("Fork. Parent and child share every frame until one of them writes.",
       "if (fork() == 0) p[0] = 'C';");
  in_child(write_in_child, p);
  printf("    in the parent: still '%c', still its old frame, W not yet back\n", load(p));
  show_walk(p);
  next();

  step("Write in the parent, now the only owner. W comes back without a copy.", "p[0] = 'D';");
  store(p, 'D');
  show_walk(p);
  next();

  step("Unmap everything. The frames go back to the kernel.", "munmap(p, 4 * 4096);");
  munmap(p, PAGES * PAGE);
  show_regions(p, PAGES * PAGE);
  next();

  step("Touch it once more, in a child. No region, so no frame will come: a fault.",
       "if (fork() == 0) p[0] = 'X';");
  int status = in_child(touch_in_child, p);
  if (WIFSIGNALED(status)) {
    printf("    the child was ended by signal %d (%s)\n", WTERMSIG(status),
           strsignal(WTERMSIG(status)));
  }
  printf("\nThat was all. Change guest-programs/programs/mmapdemo.c and run it again:\n"
         "  npx pagewalk run guest-programs/programs/mmapdemo.c\n");
  return 0;
}
