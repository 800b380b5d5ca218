/* The entries themselves, through /proc/self/walk. */
#include "lab.h"

#define EXPECT_FLAGS(address, expected) expect_flags(__LINE__, address, expected)

static void expect_flags(int line, const void *address, const char *expected) {
  char flags[12], call[40];
  lab_walk(address, flags, NULL);
  if (strcmp(flags, expected) == 0) return;
  snprintf(call, sizeof call, "walk of %p", address);
  lab_fail(__FILE__, line, call, expected, flags);
}

static void accessed_and_dirty(void) {
  char *p = MAP(NULL, PAGE, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  EXPECT_FLAGS(p, "-");
  p[lab_random(PAGE)] = 1;
  EXPECT_FLAGS(p, "VRWUAD");
}

static void untouched(void) {
  char *p = MAP(NULL, 3 * PAGE, RW, ANON, -1, 0);
  p[PAGE] = 1;
  EXPECT_FLAGS(p, "-");
  EXPECT_FLAGS(p + PAGE, "VRWUAD");
  EXPECT_FLAGS(p + 2 * PAGE, "-");
}

static void zero_page(void) {
  char *p = MAP(NULL, 2 * PAGE, RW, ANON, -1, 0);
  char flags[12];
  unsigned long one, two;
  EQUAL(p[0], 0);
  EQUAL(p[PAGE], 0);
  lab_walk(p, flags, &one);
  lab_walk(p + PAGE, flags, &two);
  CHECK(!strchr(flags, 'W') && !strchr(flags, 'D'));
  EQUAL(one, two);
  p[0] = 1;
  lab_walk(p, flags, &one);
  CHECK(strchr(flags, 'W') && strchr(flags, 'D'));
  CHECK(one != two);
  EQUAL(p[PAGE], 0);
}

static void read_only(void) {
  char *p = MAP(NULL, PAGE, RW, ANON, -1, 0);
  char flags[12];
  p[0] = 1;
  PROTECT(p, PAGE, PROT_READ);
  lab_walk(p, flags, NULL);
  CHECK(strchr(flags, 'V') && strchr(flags, 'R') && !strchr(flags, 'W'));
}

static void unmapped(void) {
  char *p = MAP(NULL, 2 * PAGE, RW, ANON, -1, 0);
  p[0] = p[PAGE] = 1;
  UNMAP(p, PAGE);
  EXPECT_FLAGS(p, "-");
  EXPECT_FLAGS(p + PAGE, "VRWUAD");
}

static void shared_frame(void) {
  char *p = MAP(NULL, PAGE, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  char flags[12];
  unsigned long ours;
  p[0] = 1;
  lab_walk(p, flags, &ours);
  IN_CHILD({
    unsigned long theirs;
    p[0] = 2;
    lab_walk(p, flags, &theirs);
    EQUAL(theirs, ours);
  });
  EQUAL(p[0], 2);
}

static void read_only_shared_page(void) {
  int fd = lab_file(1, O_RDWR);
  char *p = MAP(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0);
  char flags[12];
  unsigned long ours, theirs;
  EQUAL(p[0], 'a');
  lab_walk(p, flags, &ours);
  CHECK(strchr(flags, 'R') && strchr(flags, 'U') && !strchr(flags, 'W'));
  IN_CHILD({
    EQUAL(p[0], 'a');
    lab_walk(p, flags, &theirs);
    EQUAL(theirs, ours);
    CHECK(!strchr(flags, 'W'));
  });
  SUCCEEDS(1, pwrite(fd, "Z", 1, 0));
  EQUAL(p[0], 'Z');
  WRITE_FAULTS(SIGSEGV, p);
}

#define MEGAPAGE (512 * PAGE)

/* What /proc/self/vmprint, or another file in its format, says about an address. */
typedef struct {
  int level;
  unsigned long pte, pa;
} Printed;

/* The next line of " .. ..INDEX: pte 0xPTE pa 0xPA"; answers its level, -1 at the end. */
static int vmprint_line(FILE *file, unsigned *index, Printed *found) {
  char line[128];
  if (!fgets(line, sizeof line, file)) return -1;
  int depth = 0;
  const char *at = line;
  for (; strncmp(at, " ..", 3) == 0; at += 3) depth++;
  char *end;
  *index = (unsigned)strtoul(at, &end, 10);
  int is_well_formed = depth >= 1 && depth <= 3 && end != at && strncmp(end, ": pte 0x", 8) == 0 &&
                       strlen(end) == 8 + 16 + 6 + 16 + 1 && strncmp(end + 24, " pa 0x", 6) == 0;
  if (!is_well_formed) lab_fail(__FILE__, __LINE__, line, " ..INDEX: pte 0x… pa 0x…", "another form");
  found->pte = strtoul(end + 8, NULL, 16);
  found->pa = strtoul(end + 30, NULL, 16);
  EQUAL(found->pa, found->pte >> 10 << 12);
  return 3 - depth;
}

/* Walks what is printed as the hardware walks the tables. */
static Printed printed(const void *address) {
  char first[64];
  unsigned path[3], index;
  Printed line, leaf = {-1, 0, 0};
  lab_needs_walk();
  FILE *file = fopen("/proc/self/vmprint", "r");
  CHECK(file && fgets(first, sizeof first, file));
  CHECK(strncmp(first, "page table 0x", 13) == 0 && strlen(first) == 13 + 16 + 1);
  path[0] = path[1] = path[2] = 512;
  for (int level; (level = vmprint_line(file, &index, &line)) != -1;) {
    path[level] = index;
    int is_ours = 1;
    for (int i = 2; i >= level; i--) is_ours &= path[i] == ((uintptr_t)address >> (12 + 9 * i) & 511);
    if (is_ours) leaf = (Printed){level, line.pte, line.pa};
  }
  fclose(file);
  return leaf;
}

static void vmprint(void) {
  char *p = MAP(NULL, 2 * PAGE, RW, ANON, -1, 0);
  char flags[12];
  unsigned long physical;
  p[0] = 1;
  Printed leaf = printed(p);
  lab_walk(p, flags, &physical);
  EQUAL(leaf.level, 0);
  EQUAL(leaf.pa, physical);
  EQUAL(leaf.pte & 0xff, 0xd7); /* V R W U A D */
  CHECK(printed(p + PAGE).level != 0);
  PROTECT(p, PAGE, PROT_READ);
  EQUAL(printed(p).pte & 4, 0);
  UNMAP(p, PAGE);
  CHECK(printed(p).level != 0);
}

/* A megapage, if MADV_HUGEPAGE made one. */
static char *superpage(void) {
  char *p = MAP(NULL, 2 * MEGAPAGE, RW, ANON, -1, 0);
  p = (char *)(((uintptr_t)p + MEGAPAGE - 1) & ~(MEGAPAGE - 1));
  lab_needs_walk();
  SUCCEEDS(0, madvise(p, MEGAPAGE, MADV_HUGEPAGE));
  p[lab_random(MEGAPAGE)] = 1;
  return p;
}

static void superpage_made(void) {
  char *p = superpage();
  Printed leaf = printed(p);
  EQUAL(leaf.level, 1);
  EQUAL(leaf.pa % MEGAPAGE, 0);
  EQUAL(leaf.pte & 0xe, 6); /* R W */
  p[MEGAPAGE - 1] = 7;
  EQUAL(printed(p + MEGAPAGE - 1).pa, leaf.pa);
}

static void superpage_shared_by_fork(void) {
  char *p = superpage();
  p[0] = 'p';
  p[MEGAPAGE - 1] = 'e';
  IN_CHILD({
    EQUAL(p[MEGAPAGE - 1], 'e');
    EQUAL(printed(p).pte & 4, 0);
    p[0] = 'c';
    EQUAL(p[0], 'c');
    EQUAL(p[MEGAPAGE - 1], 'e');
  });
  EQUAL(p[0], 'p');
  p[0] = 'n';
  EQUAL(p[MEGAPAGE - 1], 'e');
}

static void superpage_partly_freed(void) {
  char *p = superpage();
  size_t hole = 1 + lab_random(510);
  for (size_t i = 0; i < 512; i++) p[i * PAGE] = (char)i;
  long before = lab_free_pages();
  UNMAP(p + hole * PAGE, PAGE);
  /* One page came back; a table of small pages may have been needed for it. */
  CHECK(lab_free_pages() >= before);
  READ_FAULTS(SIGSEGV, p + hole * PAGE);
  for (size_t i = 0; i < 512; i++) {
    if (i != hole) EQUAL(p[i * PAGE], (char)i);
  }
  EQUAL(printed(p).level, 0);
}

LAB({"accessed-and-dirty", accessed_and_dirty}, {"untouched", untouched},
    {"zero-page", zero_page}, {"read-only", read_only}, {"unmapped", unmapped},
    {"shared-frame", shared_frame},
    {"read-only-shared-page", read_only_shared_page}, {"vmprint", vmprint},
    {"superpage-made", superpage_made}, {"superpage-shared-by-fork", superpage_shared_by_fork},
    {"superpage-partly-freed", superpage_partly_freed})
