/*
 * The lab's question: what a kernel does to page tables while they are in use. Each function runs in
 * S mode with Sv39 on, and when it returns no access may see a translation of before. A TLB may
 * keep every one of them until a fence (pagewalk boot --tlb stale, pagewalk test).
 */
#pragma once
#include "../lib/machine.h"

/* Takes the leaf of the page at `va` away. */
void unmap_page(Pte *entry, uint64_t va);
/* As unmap_page, for a page that is mapped for every ASID (PTE_G). */
void unmap_global_page(Pte *entry, uint64_t va);
/* Takes `count` leaves away, which follow each other. */
void unmap_range(Pte *entries, uint64_t va, unsigned count);
/* Takes a table of level 0 away; `entry`, at level 1, leads to it. `va`: the first address. */
void free_table(Pte *entry, uint64_t va);
/* Gives the leaf the flags (PTE_R and so on) and keeps its frame. */
void protect_page(Pte *entry, uint64_t va, unsigned flags);
/* Lets the page lead to another frame, with the same flags. */
void move_page(Pte *entry, uint64_t va, const void *frame);
/* Puts a table of level 0 in place of a megapage, with the same frames and flags. */
void split_megapage(Pte *entry, Pte *table, uint64_t va);
/* Goes on in the address space of `root` under an ASID that another space had before. */
void reuse_asid(const Pte *root, unsigned asid);
/* Copy on write: the child gets the parent's leaves; neither may be written. */
void fork_pages(Pte *parent, Pte *child, uint64_t va, unsigned count);
