/* The firmware around the cases: everything here runs in M mode, see harness.c. */
#pragma once
#include "table.h"

typedef struct {
  const char *name;
  void (*run)(void);
} Case;
extern const Case cases[];
extern const unsigned case_count;

enum { LOAD_FAULT = 13, STORE_FAULT = 15 };

/* RAM that is not the firmware's, behind the answer's image. */
#define ARENA 0x80400000UL
/* A megapage of it for the case that splits one. */
#define ARENA_MEGAPAGE 0x80600000UL

/* A number below `bound` that follows from the seed and the case. */
unsigned seeded(unsigned bound);
/* Writes satp: the address space in which the answer runs and the accesses are made. */
void use_space(const Pte *root, unsigned asid);
/* Forgets every translation. */
void fence_all(void);

/*
 * Calls a function of the answer in S mode. `root` is the address space in which it must return;
 * `name` is what the reports call it. It does nothing in a case that has failed already.
 */
void answer(const char *name, const void *function, uint64_t a0, uint64_t a1, uint64_t a2, uint64_t a3);
/* From now on satp must be this when the answer returns. */
void expect_space(const Pte *root, unsigned asid);

/*
 * Accesses as S mode makes them, each told of after the last call of the answer. The first that is
 * not as expected fails the case. A load must reach this word of RAM and no other.
 */
void expect_load(uint64_t va, volatile uint64_t *word);
void expect_store(uint64_t va, volatile uint64_t *word);
void expect_fault(uint64_t va, uint64_t cause);
