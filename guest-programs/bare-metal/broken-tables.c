/*
 * Four mistakes with page tables in S mode, for `pagewalk boot --verify trap`, which names each. The
 * hart itself objects to none of them, so that without it the image passes.
 */
#include "lib/machine.h"

/* The function of M mode, for machine_call: does nothing, but it is a trap. */
enum { CALL_NOTHING };

#define PAGE_OF(index) (0x40000000UL + (index) * PAGE)
enum { UNFENCED = 1, WRITE_ONLY, RESERVED_BIT, TABLE };

static Pte root[512] __attribute__((aligned(4096)));
static Pte middle[512] __attribute__((aligned(4096)));
static Pte low[512] __attribute__((aligned(4096)));
static uint64_t frames[2][512] __attribute__((aligned(4096)));

static const unsigned used = PTE_A | PTE_D;

void machine_trap(Frame *frame) {
  (void)frame;
  WRITE_CSR(mepc, READ_CSR(mepc) + 4);
}

/* No access here may fault. */
void supervisor_trap(Frame *frame) {
  (void)frame;
  finish(1);
}

static uint64_t load(uint64_t address) { return *(volatile uint64_t *)address; }
static void fence_all(void) { asm volatile("sfence.vma" ::: "memory"); }

static void set(unsigned index, Pte entry) { ((volatile Pte *)low)[index] = entry; }

/* The page moves to another frame, and a TLB may still know the old one. */
static void use_without_fence(void) {
  set(UNFENCED, pte(frames[0], PTE_R | PTE_W | used));
  fence_all();
  load(PAGE_OF(UNFENCED));
  set(UNFENCED, pte(frames[1], PTE_R | PTE_W | used));
  load(PAGE_OF(UNFENCED));
  fence_all();
}

static void write_without_read(void) {
  set(WRITE_ONLY, pte(frames[0], PTE_W | used));
  machine_call(CALL_NOTHING, 0);
}

static void set_reserved_bit(void) {
  set(RESERVED_BIT, pte(frames[0], PTE_R | used) | 1UL << 54);
  machine_call(CALL_NOTHING, 0);
}

static void give_table_to_user(void) {
  set(TABLE, pte(low, PTE_R | PTE_W | PTE_U | used));
  machine_call(CALL_NOTHING, 0);
}

static void supervisor_main(void) {
  WRITE_CSR(satp, SATP_SV39 | (uint64_t)root >> 12);
  fence_all();
  use_without_fence();
  write_without_read();
  set_reserved_bit();
  give_table_to_user();
  finish(0);
}

int main(void) {
  root[0] = pte(0, PTE_R | PTE_W | used); /* devices: a gigapage */
  root[1] = pte(middle, 0);
  root[2] = pte((void *)0x80000000, PTE_R | PTE_W | PTE_X | used);
  middle[0] = pte(low, 0);
  enter_supervisor(supervisor_main);
}
