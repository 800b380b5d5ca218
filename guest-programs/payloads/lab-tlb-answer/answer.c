/* The reference: every change of a valid entry is followed by the fence that it owes. */
#include "lab-tlb/answer.h"

#define PTES_PER_TABLE 512
#define FLAG_BITS 0x3ffUL

static void fence_page(uint64_t va) { asm volatile("sfence.vma %0, zero" ::"r"(va) : "memory"); }
static void fence_asid(uint64_t asid) { asm volatile("sfence.vma zero, %0" ::"r"(asid) : "memory"); }
static void fence_all(void) { asm volatile("sfence.vma" ::: "memory"); }

void unmap_page(Pte *entry, uint64_t va) {
  *entry = 0;
  fence_page(va);
}

void unmap_global_page(Pte *entry, uint64_t va) {
  *entry = 0;
  fence_page(va);
}

void unmap_range(Pte *entries, uint64_t va, unsigned count) {
  for (unsigned i = 0; i < count; i++) {
    entries[i] = 0;
    fence_page(va + i * PAGE);
  }
}

/* A fence with an address is about leaves alone: what leads to tables needs one without. */
void free_table(Pte *entry, uint64_t va) {
  (void)va;
  *entry = 0;
  fence_all();
}

void protect_page(Pte *entry, uint64_t va, unsigned flags) {
  *entry = (*entry & ~FLAG_BITS) | flags | PTE_A | PTE_D | PTE_V;
  fence_page(va);
}

void move_page(Pte *entry, uint64_t va, const void *frame) {
  *entry = pte(frame, *entry & FLAG_BITS);
  fence_page(va);
}

void split_megapage(Pte *entry, Pte *table, uint64_t va) {
  (void)va;
  for (unsigned i = 0; i < PTES_PER_TABLE; i++) table[i] = *entry + ((Pte)i << 10);
  *entry = pte(table, 0);
  fence_all();
}

void reuse_asid(const Pte *root, unsigned asid) {
  WRITE_CSR(satp, SATP_SV39 | (uint64_t)asid << 44 | (uint64_t)root >> 12);
  fence_asid(asid);
}

void fork_pages(Pte *parent, Pte *child, uint64_t va, unsigned count) {
  for (unsigned i = 0; i < count; i++) {
    parent[i] &= ~(Pte)PTE_W;
    child[i] = parent[i];
    fence_page(va + i * PAGE);
  }
}
