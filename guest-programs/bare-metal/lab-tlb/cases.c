/*
 * Each case loads what a TLB may keep, has the answer change the tables, and looks again. Two address
 * spaces share the kernel's half (a global gigapage) and have a table of small pages each.
 */
#include "harness.h"

#define AREA 0x40000000UL
#define MEGAPAGE (512 * PAGE)
#define MEGA_AREA (AREA + MEGAPAGE)
#define PAGES 8
#define ASID 5U
#define DATA (PTE_R | PTE_W | PTE_A | PTE_D)
/* A call of the answer, by its name in answer.h. */
#define ANSWER(name, a0, a1, a2, a3) \
  answer(#name, (const void *)ANSWER_TABLE->name, (uint64_t)(a0), (uint64_t)(a1), (uint64_t)(a2), (uint64_t)(a3))

typedef struct {
  Pte root[512], middle[512], low[512];
} Space;

/* What S mode may touch too. */
static struct {
  Space one, two;
  Pte spare[512];
  uint64_t frames[2 * PAGES][512];
} *const arena = (void *)ARENA;
static Space *const one = (Space *)ARENA, *const two = (Space *)ARENA + 1;

/* Where the eight pages of the case begin: within the first table. */
static uint64_t base;
static uint64_t page_at(unsigned page) { return base + page * PAGE; }
static Pte *entry_of(Space *space, unsigned page) { return &space->low[(base - AREA) / PAGE + page]; }
static uint64_t *frame(unsigned number) { return arena->frames[number]; }

static void build(Space *space, unsigned first_frame, unsigned flags) {
  for (unsigned i = 0; i < 512; i++) space->root[i] = space->middle[i] = space->low[i] = 0;
  space->root[0] = pte(0, PTE_R | PTE_W | PTE_G | PTE_A | PTE_D); /* devices */
  space->root[1] = pte(space->middle, 0);
  space->root[2] = pte((void *)0x80000000, PTE_R | PTE_W | PTE_X | PTE_G | PTE_A | PTE_D);
  space->middle[0] = pte(space->low, 0);
  space->middle[1] = pte((void *)ARENA_MEGAPAGE, PTE_R | PTE_A | PTE_D);
  for (unsigned i = 0; i < PAGES; i++) *entry_of(space, i) = pte(frame(first_frame + i), flags);
}

/* Both spaces, the first in use with an empty TLB, and all its pages loaded. */
static void begin(unsigned flags) {
  base = AREA + seeded(512 - PAGES) * PAGE;
  build(one, 0, flags);
  build(two, PAGES, flags);
  use_space(one->root, ASID);
  fence_all();
  for (unsigned i = 0; i < PAGES; i++) expect_load(page_at(i), frame(i));
}

static void unmap(void) {
  begin(DATA);
  unsigned page = seeded(PAGES);
  ANSWER(unmap_page, entry_of(one, page), page_at(page), 0, 0);
  for (unsigned i = 0; i < PAGES; i++) {
    if (i == page) expect_fault(page_at(i), LOAD_FAULT);
    else expect_load(page_at(i), frame(i));
  }
}

static void unmap_global(void) {
  begin(DATA | PTE_G);
  unsigned page = seeded(PAGES);
  ANSWER(unmap_global_page, entry_of(one, page), page_at(page), 0, 0);
  expect_fault(page_at(page), LOAD_FAULT);
}

static void range(void) {
  begin(DATA);
  unsigned first = seeded(3), count = 2 + seeded(PAGES - 4);
  ANSWER(unmap_range, entry_of(one, first), page_at(first), count, 0);
  for (unsigned i = 0; i < PAGES; i++) {
    if (i >= first && i < first + count) expect_fault(page_at(i), LOAD_FAULT);
    else expect_load(page_at(i), frame(i));
  }
}

static void table(void) {
  begin(DATA);
  ANSWER(free_table, &one->middle[0], AREA, 0, 0);
  for (unsigned i = 0; i < PAGES; i++) expect_fault(page_at(i), LOAD_FAULT);
}

static void protect(void) {
  begin(DATA);
  unsigned page = seeded(PAGES);
  expect_store(page_at(page), frame(page));
  ANSWER(protect_page, entry_of(one, page), page_at(page), PTE_R, 0);
  expect_fault(page_at(page), STORE_FAULT);
  expect_load(page_at(page), frame(page));
  ANSWER(protect_page, entry_of(one, page), page_at(page), PTE_R | PTE_W, 0);
  expect_store(page_at(page), frame(page));
}

static void move(void) {
  begin(DATA);
  unsigned page = seeded(PAGES);
  ANSWER(move_page, entry_of(one, page), page_at(page), frame(PAGES + page), 0);
  expect_load(page_at(page), frame(PAGES + page));
}

static void split(void) {
  begin(DATA);
  uint64_t page = seeded(512), other = page ^ 1;
  uint64_t va = MEGA_AREA + page * PAGE, va_of_other = MEGA_AREA + other * PAGE;
  uint64_t *word = (uint64_t *)(ARENA_MEGAPAGE + page * PAGE);
  uint64_t *word_of_other = (uint64_t *)(ARENA_MEGAPAGE + other * PAGE);
  expect_load(va_of_other, word_of_other);
  expect_load(va, word);
  ANSWER(split_megapage, &one->middle[1], arena->spare, MEGA_AREA, 0);
  expect_load(va_of_other, word_of_other);
  ANSWER(move_page, &arena->spare[page], va, frame(1), 0);
  expect_load(va, frame(1));
  expect_load(va_of_other, word_of_other);
}

static void asid(void) {
  begin(DATA);
  expect_space(two->root, ASID);
  ANSWER(reuse_asid, two->root, ASID, 0, 0);
  for (unsigned i = 0; i < PAGES; i++) expect_load(page_at(i), frame(PAGES + i));
  expect_space(one->root, ASID);
  ANSWER(reuse_asid, one->root, ASID, 0, 0);
  for (unsigned i = 0; i < PAGES; i++) expect_load(page_at(i), frame(i));
}

static void forked(void) {
  begin(DATA);
  for (unsigned i = 0; i < PAGES; i++) expect_store(page_at(i), frame(i));
  ANSWER(fork_pages, entry_of(one, 0), entry_of(two, 0), base, PAGES);
  for (unsigned i = 0; i < PAGES; i++) expect_fault(page_at(i), STORE_FAULT);
  use_space(two->root, ASID + 1);
  for (unsigned i = 0; i < PAGES; i++) {
    expect_load(page_at(i), frame(i));
    expect_fault(page_at(i), STORE_FAULT);
  }
}

const Case cases[] = {{"unmap", unmap},     {"unmap-global", unmap_global}, {"unmap-range", range},
                      {"free-table", table}, {"protect", protect},          {"move", move},
                      {"split-megapage", split}, {"asid-reuse", asid},      {"fork", forked}};
const unsigned case_count = sizeof cases / sizeof *cases;
