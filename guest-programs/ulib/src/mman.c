/* <sys/mman.h>: each function is one system call. */
#include <stdarg.h>
#include <sys/mman.h>
#include "internal.h"

void *mmap(void *address, size_t length, int prot, int flags, int fd, off_t offset) {
  return (void *)CALL(SYS_mmap, address, length, prot, flags, fd, offset);
}
int munmap(void *address, size_t length) { return (int)CALL(SYS_munmap, address, length); }
int mprotect(void *address, size_t length, int prot) {
  return (int)CALL(SYS_mprotect, address, length, prot);
}
void *mremap(void *address, size_t length, size_t new_length, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  void *target = flags & (MREMAP_FIXED | MREMAP_DONTUNMAP) ? va_arg(arguments, void *) : NULL;
  va_end(arguments);
  return (void *)CALL(SYS_mremap, address, length, new_length, flags, target);
}
int msync(void *address, size_t length, int flags) {
  return (int)CALL(SYS_msync, address, length, flags);
}
int madvise(void *address, size_t length, int advice) {
  return (int)CALL(SYS_madvise, address, length, advice);
}
int mincore(void *address, size_t length, unsigned char *resident) {
  return (int)CALL(SYS_mincore, address, length, resident);
}
int mlock(const void *address, size_t length) { return (int)CALL(SYS_mlock, address, length); }
int munlock(const void *address, size_t length) { return (int)CALL(SYS_munlock, address, length); }
int memfd_create(const char *name, unsigned flags) {
  return (int)CALL(SYS_memfd_create, name, flags);
}
