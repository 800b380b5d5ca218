/* What students may see. */
#include "lab.h"
#include "vector.h"

#define PER_PAGE (PAGE / sizeof(long))

static void keeps_numbers(void) {
  Vector v;
  size_t count = 2000 + lab_random(3000);
  SUCCEEDS(0, vector_open(&v, 1 << 20));
  long *first = v.items;
  for (size_t i = 0; i < count; i++) SUCCEEDS(0, vector_push(&v, (long)(i * 7 + 1)));
  EQUAL(v.length, count);
  CHECK(v.items == first);
  for (size_t i = 0; i < count; i++) EQUAL(v.items[i], i * 7 + 1);
}

static void takes_no_memory_before(void) {
  Vector v;
  unsigned char resident[4];
  SUCCEEDS(0, vector_open(&v, 1UL << 27)); /* a gibibyte */
  SUCCEEDS(0, vector_push(&v, 5));
  SUCCEEDS(0, mincore(v.items, sizeof resident * PAGE, resident));
  EQUAL(resident[0] & 1, 1);
  for (int i = 1; i < 4; i++) EQUAL(resident[i] & 1, 0);
}

static void is_full(void) {
  Vector v;
  size_t most = PER_PAGE * (1 + lab_random(4));
  SUCCEEDS(0, vector_open(&v, most));
  for (size_t i = 0; i < most; i++) SUCCEEDS(0, vector_push(&v, 1));
  FAILS(ENOMEM, vector_push(&v, 1));
  EQUAL(v.length, most);
}

LAB({"keeps-numbers", keeps_numbers}, {"takes-no-memory-before", takes_no_memory_before},
    {"is-full", is_full})
