/* Mappings of files and of anonymous memory: what mmap and munmap promise. */
#include "lab.h"

static void basic(void) {
  size_t pages = 2 + lab_random(6);
  char *p = MAP(NULL, pages * PAGE, RW, ANON, -1, 0);
  EQUAL((uintptr_t)p % PAGE, 0);
  for (size_t i = 0; i < pages; i++) EQUAL(p[i * PAGE + lab_random(PAGE)], 0);
  for (size_t i = 0; i < pages; i++) p[i * PAGE] = (char)(i + 1);
  for (size_t i = 0; i < pages; i++) EQUAL(p[i * PAGE], i + 1);
  UNMAP(p, pages * PAGE);
  READ_FAULTS(SIGSEGV, p);
}

static char file_byte(int fd, off_t offset) {
  char byte = 0;
  SUCCEEDS(1, pread(fd, &byte, 1, offset));
  return byte;
}

static void private_mapping(void) {
  int fd = lab_file(2, O_RDWR);
  char *p = MAP(NULL, 2 * PAGE, RW, MAP_PRIVATE, fd, 0);
  EQUAL(p[0], 'a');
  EQUAL(p[2 * PAGE - 1], 'b');
  p[0] = 'Z';
  EQUAL(file_byte(fd, 0), 'a');
  EQUAL(p[0], 'Z');
  EQUAL(p[1], 'a');
}

static void shared_mapping(void) {
  int fd = lab_file(2, O_RDWR);
  char *p = MAP(NULL, 2 * PAGE, RW, MAP_SHARED, fd, 0);
  unsigned at = lab_random(2 * PAGE);
  p[at] = 'Z';
  EQUAL(file_byte(fd, at), 'Z');
  SUCCEEDS(1, pwrite(fd, "Y", 1, PAGE));
  EQUAL(p[PAGE], 'Y');
  UNMAP(p, 2 * PAGE);
  EQUAL(file_byte(fd, PAGE), 'Y');
}

static void read_only(void) {
  int fd = lab_file(1, O_RDONLY);
  char *p = MAP(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0);
  EQUAL(p[7], 'a');
  WRITE_FAULTS(SIGSEGV, p + 7);
  EQUAL(p[7], 'a');
}

static void lazy(void) {
  size_t length = 1UL << 30;
  char *p = MAP(NULL, length, RW, ANON | MAP_NORESERVE, -1, 0);
  unsigned char resident[3] = {1, 1, 1};
  p[PAGE] = 1;
  SUCCEEDS(0, mincore(p, 3 * PAGE, resident));
  EQUAL(resident[0] & 1, 0);
  EQUAL(resident[1] & 1, 1);
  EQUAL(resident[2] & 1, 0);
  p[length - 1] = 2;
  EQUAL(p[length - 1], 2);
  EQUAL(p[length / 2], 0);
}

static char *five_pages(void) {
  char *p = MAP(NULL, 5 * PAGE, RW, ANON, -1, 0);
  for (int i = 0; i < 5; i++) p[i * PAGE] = (char)('0' + i);
  return p;
}

/* Unmaps `count` of the five pages from `first`, and looks at every page. */
static void partial(int first, int count) {
  char *p = five_pages();
  UNMAP(p + first * PAGE, count * PAGE);
  for (int i = 0; i < 5; i++) {
    if (i >= first && i < first + count) READ_FAULTS(SIGSEGV, p + i * PAGE);
    else EQUAL(p[i * PAGE], '0' + i);
  }
}

static void unmap_start(void) { partial(0, 2); }
static void unmap_middle(void) { partial(1 + lab_random(3), 1); }
static void unmap_end(void) { partial(3, 2); }
static void unmap_whole(void) { partial(0, 5); }

static void unmap_nothing(void) {
  char *p = five_pages();
  UNMAP(p + PAGE, PAGE);
  UNMAP(p + PAGE, PAGE);
  UNMAP(p, 5 * PAGE);
  READ_FAULTS(SIGSEGV, p + 4 * PAGE);
}

static void two_files(void) {
  int one = lab_file(1, O_RDWR), two = lab_file(2, O_RDWR);
  char *p = MAP(NULL, PAGE, RW, MAP_SHARED, one, 0);
  char *q = MAP(NULL, PAGE, RW, MAP_SHARED, two, PAGE);
  EQUAL(p[0], 'a');
  EQUAL(q[0], 'b');
  p[0] = '1';
  q[0] = '2';
  EQUAL(file_byte(one, 0), '1');
  EQUAL(file_byte(two, PAGE), '2');
}

static void same_file_twice(void) {
  int fd = lab_file(1, O_RDWR);
  char *p = MAP(NULL, PAGE, RW, MAP_SHARED, fd, 0);
  char *q = MAP(NULL, PAGE, RW, MAP_SHARED, fd, 0);
  char *r = MAP(NULL, PAGE, RW, MAP_PRIVATE, fd, 0);
  CHECK(p != q);
  p[5] = 'P';
  EQUAL(q[5], 'P');
  r[6] = 'R';
  EQUAL(p[6], 'a');
}

static void fork_inherits(void) {
  int fd = lab_file(1, O_RDWR);
  char *shared = MAP(NULL, PAGE, RW, MAP_SHARED, fd, 0);
  char *anonymous = MAP(NULL, PAGE, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  char *private = MAP(NULL, PAGE, RW, ANON, -1, 0);
  private[0] = 'p';
  IN_CHILD({
    EQUAL(private[0], 'p');
    EQUAL(shared[0], 'a');
    private[0] = shared[0] = anonymous[0] = 'c';
    UNMAP(shared, PAGE);
  });
  EQUAL(private[0], 'p');
  EQUAL(shared[0], 'c');
  EQUAL(anonymous[0], 'c');
}

static void past_the_end(void) {
  int fd = lab_file(1, O_RDWR);
  SUCCEEDS(0, ftruncate(fd, 100));
  char *p = MAP(NULL, 2 * PAGE, RW, MAP_SHARED, fd, 0);
  EQUAL(p[99], 'a');
  EQUAL(p[100], 0);
  READ_FAULTS(SIGBUS, p + PAGE);
  WRITE_FAULTS(SIGBUS, p + PAGE);
  SUCCEEDS(0, ftruncate(fd, PAGE + 1));
  EQUAL(p[PAGE], 0);
}

static void truncated(void) {
  int fd = lab_file(2, O_RDWR);
  char *p = MAP(NULL, 2 * PAGE, RW, MAP_SHARED, fd, 0);
  EQUAL(p[PAGE], 'b');
  SUCCEEDS(0, ftruncate(fd, PAGE));
  READ_FAULTS(SIGBUS, p + PAGE);
  EQUAL(p[0], 'a');
}

static void close_then_touch(void) {
  int fd = lab_file(1, O_RDWR);
  char *p = MAP(NULL, PAGE, RW, MAP_SHARED, fd, 0);
  SUCCEEDS(0, close(fd));
  EQUAL(p[0], 'a');
  p[1] = 'Z';
  EQUAL(p[1], 'Z');
}

static void unlink_then_touch(void) {
  char path[48];
  snprintf(path, sizeof path, "lab-%d.named", (int)getpid());
  int fd = open(path, O_CREAT | O_TRUNC | O_RDWR, 0600);
  SUCCEEDS(3, write(fd, "abc", 3));
  char *p = MAP(NULL, PAGE, RW, MAP_SHARED, fd, 0);
  SUCCEEDS(0, close(fd));
  SUCCEEDS(0, unlink(path));
  EQUAL(p[2], 'c');
  p[0] = 'Z';
  EQUAL(p[0], 'Z');
  FAILS(ENOENT, open(path, O_RDONLY));
}

static void misaligned(void) {
  char *p = five_pages();
  MAP_FAILS(EINVAL, p + 1, PAGE, RW, ANON | MAP_FIXED, -1, 0);
  FAILS(EINVAL, munmap(p + 1, PAGE));
  EQUAL(p[0], '0');
  UNMAP(p, 1); /* a length is rounded up to pages */
  READ_FAULTS(SIGSEGV, p + PAGE - 1);
  EQUAL(p[PAGE], '1');
}

static void null_page(void) {
  READ_FAULTS(SIGSEGV, lab_address(0));
  WRITE_FAULTS(SIGSEGV, lab_address(8));
}

static void zero_length(void) {
  MAP_FAILS(EINVAL, NULL, 0, RW, ANON, -1, 0);
  char *p = five_pages();
  FAILS(EINVAL, munmap(p, 0));
  EQUAL(p[0], '0');
}

static void bad_offset(void) {
  int fd = lab_file(2, O_RDWR);
  MAP_FAILS(EINVAL, NULL, PAGE, RW, MAP_SHARED, fd, 1 + lab_random(PAGE - 1));
}

static void bad_arguments(void) {
  MAP_FAILS(EBADF, NULL, PAGE, PROT_READ, MAP_PRIVATE, 77, 0);
  MAP_FAILS(EINVAL, NULL, PAGE, PROT_READ, MAP_ANONYMOUS, -1, 0);
  int ends[2];
  SUCCEEDS(0, pipe(ends));
  MAP_FAILS(ENODEV, NULL, PAGE, PROT_READ, MAP_PRIVATE, ends[0], 0);
}

static char data[3 * PAGE] = "data";

static void over_data_and_stack(void) {
  char *inside = (char *)(((uintptr_t)data + PAGE - 1) & ~(PAGE - 1));
  inside[0] = 'd';
  /* Without MAP_FIXED an address that is taken is only a hint. */
  char *p = MAP(inside, PAGE, RW, ANON, -1, 0);
  CHECK(p != inside);
  EQUAL(inside[0], 'd');
  char here = 's';
  char *stack = (char *)((uintptr_t)&here & ~(PAGE - 1));
  MAP_FAILS(EEXIST, stack, PAGE, RW, ANON | MAP_FIXED_NOREPLACE, -1, 0);
  EQUAL(here, 's');
  /* With it the old page is gone and the new one is zero. */
  CHECK(MAP(inside, PAGE, RW, ANON | MAP_FIXED, -1, 0) == inside);
  EQUAL(inside[0], 0);
}

static void shared_write_needs_a_writable_file(void) {
  int fd = lab_file(1, O_RDONLY);
  MAP_FAILS(EACCES, NULL, PAGE, RW, MAP_SHARED, fd, 0);
  char *p = MAP(NULL, PAGE, RW, MAP_PRIVATE, fd, 0);
  p[0] = 'Z';
  char *q = MAP(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0);
  EQUAL(q[0], 'a');
  FAILS(EACCES, mprotect(q, PAGE, RW));
}

static void read_into_an_untouched_page(void) {
  int fd = lab_file(2, O_RDWR);
  char *p = MAP(NULL, 2 * PAGE, RW, ANON, -1, 0);
  SUCCEEDS(2 * PAGE, read(fd, p, 2 * PAGE));
  EQUAL(p[0], 'a');
  EQUAL(p[2 * PAGE - 1], 'b');
  int other = lab_file(1, O_RDWR);
  char *shared = MAP(NULL, PAGE, RW, MAP_SHARED, other, 0);
  SUCCEEDS(10, pread(fd, shared, 10, PAGE));
  EQUAL(file_byte(other, 9), 'b');
  EQUAL(file_byte(other, 10), 'a');
}

static void exit_writes_back(void) {
  int fd = lab_file(2, O_RDWR);
  IN_CHILD({
    char *p = MAP(NULL, 2 * PAGE, RW, MAP_SHARED, fd, 0);
    p[PAGE + 3] = 'Z';
  });
  EQUAL(file_byte(fd, PAGE + 3), 'Z');
  EQUAL(file_byte(fd, PAGE + 4), 'b');
}

static void file_larger_than_memory(void) {
  off_t length = (off_t)1 << 30;
  int fd = lab_file(1, O_RDWR);
  SUCCEEDS(0, ftruncate(fd, length));
  char *p = MAP(NULL, (size_t)length, RW, MAP_SHARED, fd, 0);
  off_t at = length - PAGE + lab_random(PAGE);
  EQUAL(p[0], 'a');
  EQUAL(p[length / 2], 0);
  p[at] = 'Z';
  EQUAL(file_byte(fd, at), 'Z');
  UNMAP(p, (size_t)length);
  EQUAL(file_byte(fd, at), 'Z');
}

static void over_code(void) {
  char *code = (char *)((uintptr_t)&over_code & ~(PAGE - 1));
  char first = *code;
  CHECK(MAP(code, PAGE, RW, ANON, -1, 0) != code);
  MAP_FAILS(EEXIST, code, PAGE, RW, ANON | MAP_FIXED_NOREPLACE, -1, 0);
  EQUAL(*code, first);
  WRITE_FAULTS(SIGSEGV, code);
}

/* munmap writes exactly the pages that were written, and counts show it. */
static void only_dirty_pages_written(void) {
  enum { PAGES = 8 };
  char bytes[PAGE];
  lab_needs_walk();
  int fd = open("/disk/lab-mmap.dirty", O_CREAT | O_TRUNC | O_RDWR, 0600);
  if (fd == -1) lab_skip("needs a disk: --disk 1M");
  memset(bytes, 'a', PAGE);
  for (int i = 0; i < PAGES; i++) SUCCEEDS(PAGE, write(fd, bytes, PAGE));
  SUCCEEDS(0, fsync(fd));
  char *p = MAP(NULL, PAGES * PAGE, RW, MAP_SHARED, fd, 0);
  int dirty = 0;
  for (int i = 0; i < PAGES; i++) {
    EQUAL(p[i * PAGE], 'a');
    if (lab_random(2) == 0 && i != 0) continue;
    p[i * PAGE + lab_random(PAGE)] = 'Z';
    dirty++;
  }
  long before = lab_count("/proc/vmstat", "pgpgout");
  UNMAP(p, PAGES * PAGE);
  EQUAL((lab_count("/proc/vmstat", "pgpgout") - before) / 4, dirty);
  before = lab_count("/proc/vmstat", "pgpgout");
  p = MAP(NULL, PAGES * PAGE, RW, MAP_SHARED, fd, 0);
  for (int i = 0; i < PAGES; i++) CHECK(p[i * PAGE] == 'a' || p[i * PAGE] == 'Z');
  UNMAP(p, PAGES * PAGE);
  EQUAL(lab_count("/proc/vmstat", "pgpgout") - before, 0);
  SUCCEEDS(0, unlink("/disk/lab-mmap.dirty"));
}

LAB({"basic", basic}, {"private", private_mapping}, {"shared", shared_mapping},
    {"read-only", read_only}, {"lazy", lazy}, {"unmap-start", unmap_start},
    {"unmap-middle", unmap_middle}, {"unmap-end", unmap_end}, {"unmap-whole", unmap_whole},
    {"unmap-nothing", unmap_nothing}, {"two-files", two_files},
    {"same-file-twice", same_file_twice}, {"fork", fork_inherits}, {"past-the-end", past_the_end},
    {"truncated", truncated}, {"close-then-touch", close_then_touch},
    {"unlink-then-touch", unlink_then_touch}, {"misaligned", misaligned}, {"null", null_page},
    {"zero-length", zero_length}, {"bad-offset", bad_offset}, {"bad-arguments", bad_arguments},
    {"over-data-and-stack", over_data_and_stack},
    {"shared-write-needs-a-writable-file", shared_write_needs_a_writable_file},
    {"read-into-an-untouched-page", read_into_an_untouched_page},
    {"exit-writes-back", exit_writes_back},
    {"file-larger-than-memory", file_larger_than_memory},
    {"over-code", over_code},
    {"only-dirty-pages-written", only_dirty_pages_written})
