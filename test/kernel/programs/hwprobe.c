// What the hart says of itself. Exists on riscv64 only: the expected output stands in the test.
#include <errno.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

struct pair {
  long key;
  unsigned long value;
};

static long probe(struct pair *pairs, unsigned long count, unsigned long bytes, void *set, unsigned flags) {
  long result = syscall(258, pairs, count, bytes, set, flags);
  return result < 0 ? -errno : result;
}

int main(void) {
  struct pair pairs[] = {{3, 9}, {4, 0}, {5, 0}, {7, 0}, {99, 7}, {-5, 7}};
  printf("all: %ld\n", probe(pairs, 6, 0, 0, 0));
  for (int i = 0; i < 6; i++) printf("key %ld value %#lx\n", pairs[i].key, pairs[i].value);
  unsigned long set = 1, none = 0, second = 2;
  printf("hart 0: %ld\n", probe(pairs, 1, 8, &set, 0));
  printf("no hart: %ld, hart 1: %ld\n", probe(pairs, 1, 8, &none, 0), probe(pairs, 1, 8, &second, 0));
  printf("flags: %ld, address: %ld\n", probe(pairs, 1, 0, 0, 2), probe((void *)8, 1, 0, 0, 0));
  struct pair wanted = {4, 1 << 4};
  printf("harts with Zbb: %ld", probe(&wanted, 1, 8, &none, 1));
  printf(" %#lx\n", none);
  wanted.value = 1 << 2;
  printf("harts with V: %ld", probe(&wanted, 1, 8, &set, 1));
  printf(" %#lx\n", set);
  printf("no set: %ld\n", probe(&wanted, 1, 0, 0, 1));
  printf("rseq: %ld\n", syscall(293, 0, 0, 0, 0));
  return 0;
}
