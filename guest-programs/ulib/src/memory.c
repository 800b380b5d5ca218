/* memcpy and its kin: eight bytes at a time when both sides are aligned alike. */
#ifndef __clang__
/* Or GCC would find in these loops the very functions that they define, and call them. */
#pragma GCC optimize("no-tree-loop-distribute-patterns")
#endif
#include <stdint.h>
#include <string.h>

typedef uint64_t __attribute__((may_alias)) Word;

static int aligned_alike(const void *left, const void *right) {
  return (((uintptr_t)left ^ (uintptr_t)right) & 7) == 0;
}

void *memcpy(void *restrict target, const void *restrict source, size_t size) {
  unsigned char *to = target;
  const unsigned char *from = source;
  if (aligned_alike(to, from)) {
    for (; size > 0 && ((uintptr_t)to & 7); size--) *to++ = *from++;
    for (; size >= 8; size -= 8, to += 8, from += 8) *(Word *)to = *(const Word *)from;
  }
  for (; size > 0; size--) *to++ = *from++;
  return target;
}

void *memmove(void *target, const void *source, size_t size) {
  unsigned char *to = target;
  const unsigned char *from = source;
  if (to == from || size == 0) return target;
  if (to < from || to >= from + size) {
    /* Ascending copies are safe for to < from, even where the two overlap. */
    if (aligned_alike(to, from)) {
      for (; size > 0 && ((uintptr_t)to & 7); size--) *to++ = *from++;
      for (; size >= 8; size -= 8, to += 8, from += 8) *(Word *)to = *(const Word *)from;
    }
    for (; size > 0; size--) *to++ = *from++;
    return target;
  }
  to += size;
  from += size;
  if (aligned_alike(to, from)) {
    for (; size > 0 && ((uintptr_t)to & 7); size--) *--to = *--from;
    for (; size >= 8; size -= 8) *(Word *)(to -= 8) = *(const Word *)(from -= 8);
  }
  for (; size > 0; size--) *--to = *--from;
  return target;
}

void *memset(void *target, int c, size_t size) {
  unsigned char *to = target;
  Word word = (unsigned char)c * 0x0101010101010101UL;
  for (; size > 0 && ((uintptr_t)to & 7); size--) *to++ = (unsigned char)c;
  for (; size >= 8; size -= 8, to += 8) *(Word *)to = word;
  for (; size > 0; size--) *to++ = (unsigned char)c;
  return target;
}

int memcmp(const void *left, const void *right, size_t size) {
  const unsigned char *l = left, *r = right;
  for (; size > 0; size--, l++, r++) {
    if (*l != *r) return *l - *r;
  }
  return 0;
}

void *memchr(const void *block, int c, size_t size) {
  const unsigned char *at = block;
  for (; size > 0; size--, at++) {
    if (*at == (unsigned char)c) return (void *)at;
  }
  return NULL;
}
