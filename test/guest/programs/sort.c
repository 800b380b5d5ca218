/* qsort and bsearch over integers, strings and structs. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT 5000

static int by_value(const void *left, const void *right) {
  int l = *(const int *)left, r = *(const int *)right;
  return (l > r) - (l < r);
}
static int by_text(const void *left, const void *right) {
  return strcmp(*(const char *const *)left, *(const char *const *)right);
}
typedef struct {
  char name[5];
  short rank;
} Entry;
static int by_rank(const void *left, const void *right) {
  return ((const Entry *)left)->rank - ((const Entry *)right)->rank;
}

int main(void) {
  static int values[COUNT];
  uint32_t state = 7;
  unsigned long before = 0, after = 0;
  for (int i = 0; i < COUNT; i++) {
    state = state * 1103515245 + 12345;
    values[i] = (int)(state >> 4) % 100000 - 50000;
    before += (unsigned)values[i];
  }
  qsort(values, COUNT, sizeof values[0], by_value);
  int is_sorted = 1;
  for (int i = 0; i < COUNT; i++) {
    after += (unsigned)values[i];
    if (i > 0 && values[i - 1] > values[i]) is_sorted = 0;
  }
  printf("sorted %d, same sum %d, ends %d %d\n", is_sorted, before == after, values[0],
         values[COUNT - 1]);
  int *found = bsearch(&values[1234], values, COUNT, sizeof values[0], by_value);
  int missing = 200000;
  printf("found %d, missing %d\n", found && *found == values[1234],
         bsearch(&missing, values, COUNT, sizeof values[0], by_value) == NULL);

  const char *words[] = {"tlb", "page", "walk", "frame", "fault", "sfence", "asid", "pte"};
  qsort(words, 8, sizeof words[0], by_text);
  for (int i = 0; i < 8; i++) printf("%s ", words[i]);
  Entry entries[] = {{"four", 4}, {"one", 1}, {"five", 5}, {"two", 2}, {"zero", 0}};
  qsort(entries, 5, sizeof entries[0], by_rank);
  for (int i = 0; i < 5; i++) printf("%s ", entries[i].name);
  qsort(words, 0, sizeof words[0], by_text);
  printf("\n");
  return 0;
}
