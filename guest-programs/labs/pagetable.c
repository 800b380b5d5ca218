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

LAB({"accessed-and-dirty", accessed_and_dirty}, {"untouched", untouched},
    {"zero-page", zero_page}, {"read-only", read_only}, {"unmapped", unmapped},
    {"shared-frame", shared_frame})
