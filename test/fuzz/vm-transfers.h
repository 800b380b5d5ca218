/* Transfers between files, pipes and the arena of vm.c: truncate, fallocate, read, write and their kin. */
#include "vm-arena.h"

static void doTruncate(void) {
  int file = (int)below(3);
  long size = below(FILE_PAGES * PAGE);
  if (chance(2)) size -= size % PAGE;
  trace("ftruncate(%d, 0x%lx)", file, size);
  result(ftruncate(files[file], size));
}

static void doAllocate(void) {
  int file = (int)below(3);
  long offset = below(FILE_PAGES * PAGE), length = below(4 * PAGE);
  if (chance(2)) offset -= offset % PAGE;
  static const int modes[] = {3, 3, 3, 3, 0, 0, 2, 4};
  int mode = modes[below(COUNT_OF(modes))];
  trace("fallocate(%d, %d, 0x%lx, 0x%lx)", file, mode, offset, length);
  if (result(fallocate(files[file], mode, offset, length)) < 0 || mode != 0) return;
  /* mincore does not tell of what fallocate took before it is used. */
  size_t end = (size_t)(offset + length);
  char *pages = mmap(NULL, end, PROT_READ, MAP_SHARED, files[file], 0);
  madvise(pages, end, MADV_POPULATE_READ);
  munmap(pages, end);
}

/* Before 6.13 a write that copies nothing leaves an empty buffer behind: the pipe is always drained. */
static void drainPipe(void) {
  char bytes[256];
  while (read(pipeEnds[0], bytes, sizeof bytes) > 0) {
  }
}

/* A byte, or -1 where a load is refused. */
static int peekAt(char *at) {
  if (sigsetjmp(recovery, 0) != 0) return -1;
  return *(volatile unsigned char *)at;
}

/*
 * Whether a page of the memory is a page that is read or written of the file: what a copy onto
 * itself leaves behind depends on the processor's copying loop. A byte of the file is changed to see.
 */
static int isOntoItself(int file, long offset, long length, char *memory) {
  int fd = files[file == 2 ? 0 : file];
  int isAlias = 0;
  for (long at = offset - offset % PAGE; at < offset + length && !isAlias; at += PAGE) {
    unsigned char old, changed;
    if (pread(fd, &old, 1, at) != 1) break;
    changed = (unsigned char)~old;
    char *end = memory + length < ARENA_END ? memory + length : ARENA_END;
    for (char *page = memory - (long)memory % PAGE; page < end; page += PAGE) {
      int before = peekAt(page);
      if (pwrite(fd, &changed, 1, at) != 1) _exit(3);
      isAlias |= peekAt(page) != before;
      if (pwrite(fd, &old, 1, at) != 1) _exit(3);
    }
  }
  return isAlias;
}

/* Reads and writes, from memory of the program's or from the arena, which may be bad. */
static void doTransfer(void) {
  int file = (int)below(3);
  int isWrite = chance(2);
  int inArena = chance(2);
  long offset = below(FILE_PAGES * PAGE);
  long length = chance(2) ? below(64) : below(3 * PAGE);
  char *memory = inArena ? ARENA + below(PAGES * PAGE - length) : buffer;
  if (!inArena && isWrite) memset(buffer, (int)below(256), (size_t)length);
  trace("%s(%d, %p, %ld, 0x%lx)", isWrite ? "pwrite" : "pread", file,
        inArena ? (void *)memory : NULL, length, offset);
  if (inArena && isOntoItself(file, offset, length, memory)) {
    trace(" is left out\n");
    return;
  }
  /* Since 6.15 a write past the end that copies nothing leaves the file longer. */
  if (isWrite && inArena && write(pipeEnds[1], memory, 1) != 1) {
    trace(" is left out\n");
    drainPipe();
    return;
  }
  if (isWrite) {
    drainPipe();
    result(pwrite(files[file], memory, (size_t)length, offset));
    return;
  }
  long count = result(pread(files[file], memory, (size_t)length, offset));
  if (inArena) return;
  long sum = 0;
  for (long i = 0; i < count; i++) sum = sum * 31 + (unsigned char)buffer[i];
  note(sum);
}

/* preadv and pwritev of two parts, one after the other, in the arena. */
static void doVector(void) {
  int file = (int)below(3);
  int isWrite = chance(2);
  long offset = below(FILE_PAGES * PAGE);
  struct iovec parts[2];
  for (int i = 0; i < 2; i++) {
    parts[i].iov_len = (size_t)(chance(2) ? below(64) : below(2 * PAGE));
    parts[i].iov_base = ARENA + below(PAGES * PAGE - (long)parts[i].iov_len);
  }
  trace("%s(%d, {%p, %zu}, {%p, %zu}, 0x%lx)", isWrite ? "pwritev" : "preadv", file,
        parts[0].iov_base, parts[0].iov_len, parts[1].iov_base, parts[1].iov_len, offset);
  long whole = (long)(parts[0].iov_len + parts[1].iov_len);
  if (isOntoItself(file, offset, whole, parts[0].iov_base) ||
      isOntoItself(file, offset, whole, parts[1].iov_base)) {
    trace(" is left out\n");
    return;
  }
  if (!isWrite) {
    result(preadv(files[file], parts, 2, offset));
    return;
  }
  /* As above: each part must begin with what can be read. */
  for (int i = 0; i < 2; i++) {
    if (parts[i].iov_len > 0 && write(pipeEnds[1], parts[i].iov_base, 1) == 1) continue;
    trace(" is left out\n");
    drainPipe();
    return;
  }
  drainPipe();
  result(pwritev(files[file], parts, 2, offset));
}

static void doPipe(void) {
  long length = 1 + below(3 * PAGE);
  char *from = ARENA + below(PAGES * PAGE - length), *to = ARENA + below(PAGES * PAGE - length);
  trace("write(pipe, %p, %ld)", (void *)from, length);
  long count = result(write(pipeEnds[1], from, (size_t)length));
  if (count <= 0) {
    drainPipe();
    return;
  }
  trace("  read(pipe, %p, %ld)", (void *)to, length);
  result(read(pipeEnds[0], to, (size_t)length));
  drainPipe();
}
