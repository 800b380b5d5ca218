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

typedef struct {
  Pte root[512], middle[512], low[512];
} Space;
static Space one __attribute__((aligned(4096))), two __attribute__((aligned(4096)));
static Pte spare[512] __attribute__((aligned(4096)));
static uint64_t frames[2 * PAGES][512] __attribute__((aligned(4096)));

/* Where the eight pages of the case begin: within the first table. */
static uint64_t base;
static Pte *entry_of(Space *space, unsigned page) { return &space->low[(base - AREA) / PAGE + page]; }
static uint64_t value_of(unsigned frame) { return 0x1000 + frame; }

static void build(Space *space, unsigned first_frame, unsigned flags) {
  for (unsigned i = 0; i < 512; i++) space->root[i] = space->middle[i] = space->low[i] = 0;
  space->root[0] = pte(0, PTE_R | PTE_W | PTE_G | PTE_A | PTE_D); /* devices */
  space->root[1] = pte(space->middle, 0);
  space->root[2] = pte((void *)0x80000000, PTE_R | PTE_W | PTE_X | PTE_G | PTE_A | PTE_D);
  space->middle[0] = pte(space->low, 0);
  space->middle[1] = pte((void *)0x80000000, PTE_R | PTE_A | PTE_D);
  for (unsigned i = 0; i < PAGES; i++) *entry_of(space, i) = pte(frames[first_frame + i], flags);
}

static void use(const Space *space, unsigned asid) {
  WRITE_CSR(satp, SATP_SV39 | (uint64_t)asid << 44 | (uint64_t)space->root >> 12);
}

/* Both spaces, the first in use with an empty TLB, and all its pages loaded. */
static void begin(unsigned flags) {
  base = AREA + seeded(512 - PAGES) * PAGE;
  for (unsigned i = 0; i < 2 * PAGES; i++) frames[i][0] = value_of(i);
  build(&one, 0, flags);
  build(&two, PAGES, flags);
  use(&one, ASID);
  asm volatile("sfence.vma" ::: "memory");
  for (unsigned i = 0; i < PAGES; i++) expect_value(base + i * PAGE, value_of(i), "satp and a fence");
}

static void unmap(void) {
  begin(DATA);
  unsigned page = seeded(PAGES);
  unmap_page(entry_of(&one, page), base + page * PAGE);
  for (unsigned i = 0; i < PAGES; i++) {
    if (i == page) expect_fault(base + i * PAGE, LOAD_FAULT, "unmap_page");
    else expect_value(base + i * PAGE, value_of(i), "unmap_page of another page");
  }
}

static void unmap_global(void) {
  begin(DATA | PTE_G);
  unsigned page = seeded(PAGES);
  unmap_global_page(entry_of(&one, page), base + page * PAGE);
  expect_fault(base + page * PAGE, LOAD_FAULT, "unmap_global_page");
}

static void range(void) {
  begin(DATA);
  unsigned first = seeded(3), count = 2 + seeded(PAGES - 4);
  unmap_range(entry_of(&one, first), base + first * PAGE, count);
  for (unsigned i = 0; i < PAGES; i++) {
    if (i >= first && i < first + count) expect_fault(base + i * PAGE, LOAD_FAULT, "unmap_range");
    else expect_value(base + i * PAGE, value_of(i), "unmap_range of other pages");
  }
}

static void table(void) {
  begin(DATA);
  free_table(&one.middle[0], AREA);
  for (unsigned i = 0; i < PAGES; i++) expect_fault(base + i * PAGE, LOAD_FAULT, "free_table");
}

static void protect(void) {
  begin(DATA);
  unsigned page = seeded(PAGES);
  uint64_t va = base + page * PAGE;
  probe_store(va, 0x77);
  protect_page(entry_of(&one, page), va, PTE_R);
  expect_fault(va, STORE_FAULT, "protect_page with PTE_R");
  expect_value(va, 0x77, "protect_page with PTE_R");
  protect_page(entry_of(&one, page), va, PTE_R | PTE_W);
  probe_store(va, 0x78);
  expect_value(va, 0x78, "protect_page with PTE_R|PTE_W, a store");
}

static void move(void) {
  begin(DATA);
  unsigned page = seeded(PAGES);
  move_page(entry_of(&one, page), base + page * PAGE, frames[PAGES + page]);
  expect_value(base + page * PAGE, value_of(PAGES + page), "move_page");
}

static void split(void) {
  begin(DATA);
  uint64_t page = seeded(512);
  uint64_t va = MEGA_AREA + page * PAGE, other = MEGA_AREA + (page ^ 1) * PAGE;
  Outcome before = probe_load(other);
  probe_load(va);
  split_megapage(&one.middle[1], spare, MEGA_AREA);
  expect_value(other, before.value, "split_megapage");
  move_page(&spare[page], va, frames[1]);
  expect_value(va, value_of(1), "split_megapage, move_page");
  expect_value(other, before.value, "split_megapage, move_page of another page");
}

static void asid(void) {
  begin(DATA);
  reuse_asid(two.root, ASID);
  for (unsigned i = 0; i < PAGES; i++) expect_value(base + i * PAGE, value_of(PAGES + i), "reuse_asid");
  reuse_asid(one.root, ASID);
  for (unsigned i = 0; i < PAGES; i++) expect_value(base + i * PAGE, value_of(i), "reuse_asid, back again");
}

static void forked(void) {
  begin(DATA);
  for (unsigned i = 0; i < PAGES; i++) probe_store(base + i * PAGE, value_of(i));
  fork_pages(entry_of(&one, 0), entry_of(&two, 0), base, PAGES);
  for (unsigned i = 0; i < PAGES; i++) expect_fault(base + i * PAGE, STORE_FAULT, "fork_pages");
  use(&two, ASID + 1);
  for (unsigned i = 0; i < PAGES; i++) {
    expect_value(base + i * PAGE, value_of(i), "fork_pages, in the child");
    expect_fault(base + i * PAGE, STORE_FAULT, "fork_pages, in the child");
  }
}

const Case cases[] = {{"unmap", unmap},     {"unmap-global", unmap_global}, {"unmap-range", range},
                      {"free-table", table}, {"protect", protect},          {"move", move},
                      {"split-megapage", split}, {"asid-reuse", asid},      {"fork", forked}};
const unsigned case_count = sizeof cases / sizeof *cases;
