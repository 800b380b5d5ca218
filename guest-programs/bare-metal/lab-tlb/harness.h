/* Cases that run in S mode, told of by M mode: see harness.c. */
#pragma once
#include "answer.h"

typedef struct {
  const char *name;
  void (*run)(void);
} Case;
extern const Case cases[];
extern const unsigned case_count;

/* What S mode asks of M mode. */
enum { CALL_NEXT, CALL_KEY, CALL_PASS, CALL_FAIL };

/* What one access came to: the cause of its exception, or 0 and the value that was loaded. */
typedef struct {
  uint64_t cause, value;
} Outcome;
enum { FETCH_FAULT = 12, LOAD_FAULT = 13, STORE_FAULT = 15 };

Outcome probe_load(uint64_t va);
Outcome probe_store(uint64_t va, uint64_t value);
/* A number below `bound` that follows from the seed and the case. */
unsigned seeded(unsigned bound);

/* These end the case where they fail; `after` is the call of the answer that came before. */
void expect_value(uint64_t va, uint64_t expected, const char *after);
void expect_fault(uint64_t va, uint64_t cause, const char *after);
