/* Memory of one command line: blocks in a list, freed together. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "sh.h"

typedef struct Block {
  struct Block *next;
  max_align_t start[];
} Block;

static Block *blocks;

void *keep(void *block) {
  if (block) return block;
  fprintf(stderr, "sh: out of memory\n");
  _exit(2);
}

void *allocate(size_t size) {
  Block *block = keep(calloc(1, sizeof *block + size));
  block->next = blocks;
  blocks = block;
  return block->start;
}

Mark memory_mark(void) { return blocks; }

void free_to(Mark mark) {
  while (blocks != mark) {
    Block *next = blocks->next;
    free(blocks);
    blocks = next;
  }
}

void free_line(void) { free_to(NULL); }

char *copy_text(const char *text, size_t length) {
  char *copy = allocate(length + 1);
  memcpy(copy, text, length);
  return copy;
}

void add_word(Words *words, char *word) {
  if (words->count + 1 >= words->capacity) {
    int capacity = words->capacity ? words->capacity * 2 : 8;
    char **items = allocate((size_t)capacity * sizeof *items);
    if (words->count) memcpy(items, words->items, (size_t)words->count * sizeof *items);
    words->items = items;
    words->capacity = capacity;
  }
  words->items[words->count++] = word;
  words->items[words->count] = NULL;
}

void add_byte(Text *text, char c) {
  if (text->length + 1 >= text->capacity) {
    size_t capacity = text->capacity ? text->capacity * 2 : 32;
    char *bytes = allocate(capacity);
    if (text->length) memcpy(bytes, text->bytes, text->length);
    text->bytes = bytes;
    text->capacity = capacity;
  }
  text->bytes[text->length++] = c;
  text->bytes[text->length] = 0;
}

void add_text(Text *text, const char *bytes) {
  while (*bytes) add_byte(text, *bytes++);
}

char *finished(Text *text) { return text->bytes ? text->bytes : copy_text("", 0); }
