/* qsort as a heap sort: in place, no recursion, never quadratic. bsearch beside it. */
#include <stdlib.h>

typedef int (*Compare)(const void *, const void *);

static void swap(char *left, char *right, size_t size) {
  for (; size > 0; size--, left++, right++) {
    char byte = *left;
    *left = *right;
    *right = byte;
  }
}

/* Lets the element at `root` sink until no child of it is greater. */
static void sink(char *base, size_t root, size_t count, size_t size, Compare compare) {
  for (;;) {
    size_t child = 2 * root + 1;
    if (child >= count) return;
    if (child + 1 < count && compare(base + child * size, base + (child + 1) * size) < 0) child++;
    if (compare(base + root * size, base + child * size) >= 0) return;
    swap(base + root * size, base + child * size, size);
    root = child;
  }
}

void qsort(void *base, size_t count, size_t size, Compare compare) {
  for (size_t root = count / 2; root > 0; root--) sink(base, root - 1, count, size, compare);
  for (size_t last = count; last > 1; last--) {
    swap(base, (char *)base + (last - 1) * size, size);
    sink(base, 0, last - 1, size, compare);
  }
}

void *bsearch(const void *key, const void *base, size_t count, size_t size, Compare compare) {
  const char *low = base;
  while (count > 0) {
    const char *middle = low + count / 2 * size;
    int order = compare(key, middle);
    if (order == 0) return (void *)middle;
    if (order > 0) {
      low = middle + size;
      count -= count / 2 + 1;
    } else {
      count /= 2;
    }
  }
  return NULL;
}
