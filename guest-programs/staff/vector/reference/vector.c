#define _GNU_SOURCE
#include "vector.h"
#include <errno.h>
#include <sys/mman.h>

#define PAGE 4096UL
#define PER_PAGE (PAGE / sizeof(long))

static size_t pages_for(size_t numbers) { return (numbers + PER_PAGE - 1) / PER_PAGE; }
static char *page_at(const Vector *vector, size_t page) { return (char *)vector->items + page * PAGE; }

int vector_open(Vector *vector, size_t most) {
  int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
  void *start = mmap(NULL, pages_for(most) * PAGE, PROT_NONE, flags, -1, 0);
  if (start == MAP_FAILED) return -1;
  *vector = (Vector){.items = start, .most = most};
  return 0;
}

int vector_push(Vector *vector, long number) {
  if (vector->length == vector->most) {
    errno = ENOMEM;
    return -1;
  }
  if (vector->length == vector->pages * PER_PAGE) {
    if (mprotect(page_at(vector, vector->pages), PAGE, PROT_READ | PROT_WRITE) == -1) return -1;
    vector->pages++;
  }
  vector->items[vector->length++] = number;
  return 0;
}

void vector_cut(Vector *vector, size_t length) {
  size_t pages = pages_for(length), gone = (vector->pages - pages) * PAGE;
  vector->length = length;
  if (gone == 0) return;
  madvise(page_at(vector, pages), gone, MADV_DONTNEED);
  mprotect(page_at(vector, pages), gone, PROT_NONE);
  vector->pages = pages;
}

void vector_close(Vector *vector) { munmap(vector->items, pages_for(vector->most) * PAGE); }
