/* What students may not see before the grades are out. */
#include "lab.h"
#include "vector.h"

#define PER_PAGE (PAGE / sizeof(long))

static void open_with(Vector *v, size_t pages) {
  SUCCEEDS(0, vector_open(v, 64 * PER_PAGE));
  for (size_t i = 0; i < pages * PER_PAGE; i++) SUCCEEDS(0, vector_push(v, (long)i));
}

static void ends_with_a_fault(void) {
  Vector v;
  size_t pages = 1 + lab_random(8);
  open_with(&v, pages);
  READ_FAULTS(SIGSEGV, v.items + pages * PER_PAGE);
}

static void is_cut(void) {
  Vector v;
  size_t kept = 1 + lab_random(4);
  open_with(&v, 8);
  vector_cut(&v, kept * PER_PAGE);
  EQUAL(v.length, kept * PER_PAGE);
  EQUAL(v.items[kept * PER_PAGE - 1], kept * PER_PAGE - 1);
  READ_FAULTS(SIGSEGV, v.items + kept * PER_PAGE);
  SUCCEEDS(0, vector_push(&v, 77));
  EQUAL(v.items[kept * PER_PAGE], 77);
  EQUAL(v.items[kept * PER_PAGE + 1], 0);
}

static void is_closed(void) {
  Vector v;
  open_with(&v, 2);
  long *items = v.items;
  vector_close(&v);
  READ_FAULTS(SIGSEGV, items);
}

LAB({"ends-with-a-fault", ends_with_a_fault}, {"is-cut", is_cut}, {"is-closed", is_closed})
