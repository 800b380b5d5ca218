/* What the image of an answer begins with: where the firmware finds the functions of answer.h. */
#pragma once
#include "answer.h"

/* The start of the RAM that is not the firmware's. */
#define ANSWER_TABLE ((const AnswerTable *)0x80200000)
#define ANSWER_MAGIC 0x7265777374626c74UL

typedef struct {
  uint64_t magic;
  void (*unmap_page)(Pte *, uint64_t);
  void (*unmap_global_page)(Pte *, uint64_t);
  void (*unmap_range)(Pte *, uint64_t, unsigned);
  void (*free_table)(Pte *, uint64_t);
  void (*protect_page)(Pte *, uint64_t, unsigned);
  void (*move_page)(Pte *, uint64_t, const void *);
  void (*split_megapage)(Pte *, Pte *, uint64_t);
  void (*reuse_asid)(const Pte *, unsigned);
  void (*fork_pages)(Pte *, Pte *, uint64_t, unsigned);
} AnswerTable;
