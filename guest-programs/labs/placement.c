/* Where mappings go. */
#include "lab.h"

static void hint(void) {
  char *p = MAP(NULL, 4 * PAGE, RW, ANON, -1, 0);
  UNMAP(p, 4 * PAGE);
  char *wanted = p + lab_random(4) * PAGE;
  CHECK(MAP(wanted, PAGE, RW, ANON, -1, 0) == wanted);
  char *other = MAP(wanted, PAGE, RW, ANON, -1, 0);
  CHECK(other != wanted);
  EQUAL((uintptr_t)other % PAGE, 0);
}

static void fixed(void) {
  char *p = MAP(NULL, 3 * PAGE, RW, ANON, -1, 0);
  memset(p, 'o', 3 * PAGE);
  CHECK(MAP(p + PAGE, PAGE, RW, ANON | MAP_FIXED, -1, 0) == p + PAGE);
  EQUAL(p[PAGE - 1], 'o');
  EQUAL(p[PAGE], 0);
  EQUAL(p[2 * PAGE], 'o');
}

static void noreplace(void) {
  char *p = MAP(NULL, 3 * PAGE, RW, ANON, -1, 0);
  p[PAGE] = 'o';
  MAP_FAILS(EEXIST, p + PAGE, PAGE, RW, ANON | MAP_FIXED_NOREPLACE, -1, 0);
  EQUAL(p[PAGE], 'o');
  UNMAP(p + PAGE, PAGE);
  MAP_FAILS(EEXIST, p, 3 * PAGE, RW, ANON | MAP_FIXED_NOREPLACE, -1, 0);
  CHECK(MAP(p + PAGE, PAGE, RW, ANON | MAP_FIXED_NOREPLACE, -1, 0) == p + PAGE);
  EQUAL(p[PAGE], 0);
}

static void exhaustion(void) {
  MAP_FAILS(ENOMEM, NULL, 1UL << 47, PROT_NONE, ANON | MAP_NORESERVE, -1, 0);
  MAP_FAILS(ENOMEM, NULL, (size_t)-PAGE, PROT_NONE, ANON | MAP_NORESERVE, -1, 0);
  MAP_FAILS(ENOMEM, NULL, (size_t)-1, PROT_NONE, ANON | MAP_NORESERVE, -1, 0);
  char *p = MAP(NULL, PAGE, RW, ANON, -1, 0);
  p[0] = 'o';
}

static void fragmentation(void) {
  enum { COUNT = 65 }; /* the first and the last page stay, so every hole is one page */
  char *p = MAP(NULL, COUNT * PAGE, RW, ANON, -1, 0);
  for (int i = 0; i < COUNT; i++) p[i * PAGE] = (char)i;
  for (int i = 1; i < COUNT; i += 2) UNMAP(p + i * PAGE, PAGE);
  char *big = MAP(NULL, 3 * PAGE, RW, ANON, -1, 0);
  CHECK(big + 3 * PAGE <= p || big >= p + COUNT * PAGE);
  for (int i = 1; i < COUNT; i += 2) {
    CHECK(MAP(p + i * PAGE, PAGE, RW, ANON | MAP_FIXED_NOREPLACE, -1, 0) == p + i * PAGE);
    EQUAL(p[i * PAGE], 0);
  }
  for (int i = 0; i < COUNT; i += 2) EQUAL(p[i * PAGE], i);
}

static void no_two_overlap(void) {
  enum { COUNT = 48 };
  char *at[COUNT];
  size_t pages[COUNT];
  for (int i = 0; i < COUNT; i++) {
    pages[i] = 1 + lab_random(5);
    at[i] = MAP(NULL, pages[i] * PAGE, RW, ANON, -1, 0);
    memset(at[i], 'A' + i, pages[i] * PAGE);
    if (i % 3 == 2) {
      UNMAP(at[i - 1], pages[i - 1] * PAGE);
      pages[i - 1] = 0;
    }
  }
  for (int i = 0; i < COUNT; i++) {
    for (size_t page = 0; page < pages[i]; page++) EQUAL(at[i][page * PAGE], 'A' + i);
  }
}

LAB({"hint", hint}, {"fixed", fixed}, {"noreplace", noreplace}, {"exhaustion", exhaustion},
    {"fragmentation", fragmentation}, {"no-two-overlap", no_two_overlap})
