/*
 * malloc: one list of blocks in address order over brk(2), first fit, neighbours joined on free.
 * A request of 128 KiB or more gets a mapping of its own, so that free gives it back at once.
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define ALIGNMENT 16
#define MAPPED_FROM (128 * 1024)
#define GROWTH (64 * 1024)

typedef struct Block {
  size_t size;        /* payload bytes, a multiple of ALIGNMENT */
  int is_free;
  int is_mapped;      /* has a mapping of its own and stands in no list */
  struct Block *next; /* in address order; touches this one unless sbrk moved in between */
  struct Block *previous;
} __attribute__((aligned(ALIGNMENT))) Block;

static Block *first, *last;

static Block *block_of(void *payload) { return (Block *)payload - 1; }

static int touches(const Block *block, const Block *next) {
  return (const char *)(block + 1) + block->size == (const char *)next;
}

/* Cuts the block after `size` payload bytes when the rest can hold a block. */
static void trim(Block *block, size_t size) {
  if (block->size < size + sizeof(Block) + ALIGNMENT) return;
  Block *rest = (Block *)((char *)(block + 1) + size);
  *rest = (Block){block->size - size - sizeof(Block), 1, 0, block->next, block};
  if (rest->next) rest->next->previous = rest;
  else last = rest;
  block->next = rest;
  block->size = size;
}

/* Joins the block with the next one when that is free and touches it. */
static void join_next(Block *block) {
  Block *next = block->next;
  if (!next || !next->is_free || !touches(block, next)) return;
  block->size += sizeof(Block) + next->size;
  block->next = next->next;
  if (block->next) block->next->previous = block;
  else last = block;
}

/* A new free block of at least `size` bytes at the end of the heap, or NULL. */
static Block *grow(size_t size) {
  size_t bytes = (size + sizeof(Block) + GROWTH - 1) & ~(size_t)(GROWTH - 1);
  uintptr_t end = (uintptr_t)sbrk(0);
  size_t padding = -end & (ALIGNMENT - 1);
  if (sbrk((intptr_t)(bytes + padding)) == (void *)-1) return NULL;
  Block *block = (Block *)(end + padding);
  *block = (Block){bytes - sizeof(Block), 1, 0, NULL, last};
  if (last) last->next = block;
  else first = block;
  last = block;
  if (block->previous && block->previous->is_free && touches(block->previous, block)) {
    block = block->previous;
    join_next(block);
  }
  return block;
}

static void *map_block(size_t size) {
  Block *block = mmap(NULL, size + sizeof(Block), PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (block == MAP_FAILED) return NULL;
  *block = (Block){size, 0, 1, NULL, NULL};
  return block + 1;
}

void *malloc(size_t size) {
  if (size > PTRDIFF_MAX - 2 * GROWTH) {
    errno = ENOMEM;
    return NULL;
  }
  size = size == 0 ? ALIGNMENT : (size + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
  if (size >= MAPPED_FROM) return map_block(size);
  Block *block = first;
  while (block && !(block->is_free && block->size >= size)) block = block->next;
  if (!block) block = grow(size);
  if (!block) return NULL;
  trim(block, size);
  block->is_free = 0;
  return block + 1;
}

void free(void *payload) {
  if (!payload) return;
  Block *block = block_of(payload);
  if (block->is_mapped) {
    int saved = errno;
    munmap(block, block->size + sizeof(Block));
    errno = saved;
    return;
  }
  block->is_free = 1;
  join_next(block);
  if (block->previous && block->previous->is_free && touches(block->previous, block)) {
    join_next(block->previous);
  }
}

void *calloc(size_t count, size_t size) {
  size_t bytes;
  if (__builtin_mul_overflow(count, size, &bytes)) {
    errno = ENOMEM;
    return NULL;
  }
  void *payload = malloc(bytes);
  /* A fresh mapping is zero already; touching it would make its pages present. */
  if (payload && !block_of(payload)->is_mapped) memset(payload, 0, bytes);
  return payload;
}

void *realloc(void *payload, size_t size) {
  if (!payload) return malloc(size);
  size_t held = block_of(payload)->size;
  if (size <= held && size * 2 >= held) return payload;
  void *moved = malloc(size);
  if (!moved) return NULL;
  memcpy(moved, payload, size < held ? size : held);
  free(payload);
  return moved;
}
