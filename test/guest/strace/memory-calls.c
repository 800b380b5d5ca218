/* Memory calls with fixed addresses, right and wrong: what --strace and strace(1) say of them must agree. */
#define _GNU_SOURCE
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <fcntl.h>
#include <sys/resource.h>
int main(void) {
  write(1, "begin\n", 6);
  char *a = mmap((void *)0x10000000, 0x8000, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
  mmap((void *)0x10010000, 0x1000, PROT_NONE, MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE | MAP_NORESERVE | MAP_POPULATE, -1, 0);
  mmap(0, 0, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  mmap((void *)0x10020000, 0x1000, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_FIXED | MAP_GROWSDOWN | MAP_STACK | MAP_ANONYMOUS | MAP_LOCKED, -1, 0);
  mmap((void *)0x10020000, 0x1000, 0x40, 0x10, 77, 0x3000);
  mmap((void *)0x10020000, 0x1000, PROT_READ, MAP_SHARED_VALIDATE | MAP_SYNC | MAP_FIXED, 77, 0x3000);
  int fd = memfd_create("name", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  fallocate(fd, 0, 0, 0x4000);
  fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 0x1000);
  ftruncate(fd, 0x2000);
  fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW);
  fcntl(fd, F_GET_SEALS);
  mmap((void *)0x10030000, 0x2000, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, 0x1000);
  mprotect(a, 0x1000, PROT_READ);
  mprotect(a, 0x1000, PROT_READ | PROT_GROWSDOWN);
  mprotect(a + 1, 0x1000, PROT_NONE);
  syscall(SYS_mremap, a, 0x2000, 0x3000, 0, 0);
  syscall(SYS_mremap, a, 0x1000, 0x1000, MREMAP_MAYMOVE | MREMAP_FIXED, 0x10040000);
  syscall(SYS_mremap, 0x10040000, 0x1000, 0x1000, MREMAP_MAYMOVE | MREMAP_FIXED | MREMAP_DONTUNMAP, 0x10050000);
  msync(a + 0x2000, 0x1000, MS_SYNC | MS_INVALIDATE);
  msync(a + 0x2000, 0x1000, MS_ASYNC);
  msync(a + 0x2000, 0x1000, 0);
  for (int i = 0; i < 25; i++) madvise(a + 0x2000, 0, i);
  madvise(a + 0x2000, 0x1000, 100);
  madvise(a + 0x2000, 0x1000, 12345);
  unsigned char v[2];
  syscall(SYS_mincore, a + 0x2000, 0x2000, 0x30);
  mincore(a + 0x2000, 0x2000, v);
  mlock(a + 0x3000, 0x1000);
  syscall(SYS_mlock2, a + 0x3000, 0x1000, 1);
  syscall(SYS_mlock2, a + 0x3000, 0x1000, 0);
  munlock(a + 0x3000, 0x1000);
  mlockall(MCL_FUTURE | MCL_ONFAULT);
  mlockall(0);
  munlockall();
  syscall(SYS_membarrier, 0, 0);
  syscall(SYS_membarrier, 8, 0);
  syscall(SYS_membarrier, 16, 0);
  munmap(a, 0x3000);
  munmap(a, 0);
  struct rlimit l = {0x400000, 0x800000};
  setrlimit(RLIMIT_DATA, &l);
  getrlimit(RLIMIT_STACK, &l);
  read(fd, (void *)8, 10);
  pread(fd, v, 2, 0);
  pwrite(fd, "x\1y", 3, 0x20);
  return 0;
}
