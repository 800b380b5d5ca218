/* A list of numbers that grows where it is: no number ever moves, and pages come when needed. */
#pragma once
#include <stddef.h>

typedef struct {
  long *items;
  size_t length; /* numbers in it */
  size_t most;   /* numbers that there is room for */
  size_t pages;  /* pages that may be touched */
} Vector;

/* Makes an empty list with room for `most` numbers. It takes address space and no memory. 0, or -1 with errno. */
int vector_open(Vector *vector, size_t most);
/* Appends a number. 0, or -1 with ENOMEM when there is no room. A page behind the last is no memory. */
int vector_push(Vector *vector, long number);
/* Keeps the first `length` numbers; pages that hold none of them are no memory any more. */
void vector_cut(Vector *vector, size_t length);
/* Gives everything back. */
void vector_close(Vector *vector);
