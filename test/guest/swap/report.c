/* Pages 16 pages out and back in, and prints what /proc says of them meanwhile. */
#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/sysinfo.h>

#define BYTES (16 * 4096L)

static void show(const char *path, const char *beginning) {
  char line[256];
  FILE *file = fopen(path, "r");
  while (file != NULL && fgets(line, sizeof line, file) != NULL) {
    if (strncmp(line, beginning, strlen(beginning)) == 0) fputs(line, stdout);
  }
  if (file != NULL) fclose(file);
}

int main(void) {
  int flags = MAP_PRIVATE | MAP_ANONYMOUS;
  char *memory = mmap(NULL, BYTES, PROT_READ | PROT_WRITE, flags, -1, 0);
  memset(memory, 1, BYTES);
  madvise(memory, BYTES, MADV_PAGEOUT);
  show("/proc/self/status", "VmSwap");
  show("/proc/meminfo", "Swap");
  show("/proc/vmstat", "pswp");
  show("/proc/swaps", "");
  struct sysinfo info;
  sysinfo(&info);
  printf("sysinfo %lu %lu\n", info.totalswap, info.freeswap);
  int sum = 0;
  for (int i = 0; i < 16; i++) sum += memory[i * 4096];
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  printf("sum %d, %ld major faults\n", sum, usage.ru_majflt);
  show("/proc/self/status", "VmSwap");
  show("/proc/vmstat", "pgmajfault");
  return 0;
}
