/*
 * What the cases need and our own libc (guest-programs/ulib) has not: limits, vectors, flags, errors
 * and a few calls, in terms of syscall(2) and the numbers of asm-generic.
 */
#ifndef SMALL_LIBC_H
#define SMALL_LIBC_H

typedef unsigned long rlim_t;
struct rlimit {
  rlim_t rlim_cur, rlim_max;
};
struct iovec {
  void *iov_base;
  size_t iov_len;
};

#define RLIMIT_FSIZE 1
#define RLIMIT_DATA 2
#define RLIMIT_STACK 3
#define RLIMIT_MEMLOCK 8
#define RLIMIT_AS 9
#define RLIM_INFINITY (~0UL)

#define SYS_mlock2 284
#define SYS_membarrier 283
#define SYS_gettid 178
#define SYS_tgkill 131
#define SYS_madvise 233
#define SYS_mmap 222
#define SYS_mremap 216
#define SYS_brk 214

#define MAP_DENYWRITE 0x0800
#define MAP_EXECUTABLE 0x1000
#define MAP_NONBLOCK 0x10000
#define MAP_SYNC 0x80000
#define MADV_REMOVE 9
#define MADV_NOHUGEPAGE 15
#define MADV_DONTDUMP 16
#define MADV_DODUMP 17
#define MADV_COLD 20
#define MADV_PAGEOUT 21
#define MADV_POPULATE_READ 22
#define MADV_POPULATE_WRITE 23
#define MCL_CURRENT 1
#define MCL_FUTURE 2
#define MCL_ONFAULT 4
#define MLOCK_ONFAULT 1
#define PROT_GROWSDOWN 0x01000000
#define PROT_GROWSUP 0x02000000
#define MFD_CLOEXEC 1U
#define MFD_ALLOW_SEALING 2U
#define F_ADD_SEALS 1033
#define F_GET_SEALS 1034
#define F_SEAL_SEAL 1
#define F_SEAL_SHRINK 2
#define F_SEAL_GROW 4
#define F_SEAL_WRITE 8
#define F_SEAL_FUTURE_WRITE 16
#define FALLOC_FL_KEEP_SIZE 1
#define FALLOC_FL_PUNCH_HOLE 2
#define FALLOC_FL_COLLAPSE_RANGE 8
#define GRND_NONBLOCK 1

static inline int getrlimit(int resource, struct rlimit *limit) {
  return (int)syscall(163, resource, limit);
}
static inline int setrlimit(int resource, const struct rlimit *limit) {
  return (int)syscall(164, resource, limit);
}
static inline long readv(int fd, const struct iovec *vector, int count) {
  return syscall(65, fd, vector, count);
}
static inline long writev(int fd, const struct iovec *vector, int count) {
  return syscall(66, fd, vector, count);
}
static inline long process_vm_readv(pid_t pid, const struct iovec *here, unsigned long hereCount,
                                    const struct iovec *there, unsigned long thereCount,
                                    unsigned long flags) {
  return syscall(270, pid, here, hereCount, there, thereCount, flags);
}
static inline long process_vm_writev(pid_t pid, const struct iovec *here, unsigned long hereCount,
                                     const struct iovec *there, unsigned long thereCount,
                                     unsigned long flags) {
  return syscall(271, pid, here, hereCount, there, thereCount, flags);
}
static inline int fallocate(int fd, int mode, long offset, long length) {
  return (int)syscall(47, fd, mode, offset, length);
}
static inline int mlock2(const void *at, size_t length, unsigned flags) {
  return (int)syscall(284, at, length, flags);
}
static inline int mlockall(int flags) { return (int)syscall(230, flags); }
static inline int munlockall(void) { return (int)syscall(231); }
static inline int remap_file_pages(void *at, size_t size, int prot, size_t page, int flags) {
  return (int)syscall(234, at, size, prot, page, flags);
}
/* setitimer(2): real time, once. */
static inline unsigned alarm(unsigned seconds) {
  long times[4] = {0, 0, seconds, 0};
  return (unsigned)syscall(103, 0, times, NULL);
}

#endif
