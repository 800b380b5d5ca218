/* What one process does to its memory is no other's. */
#include "lab.h"

static int global = 1;

static void globals(void) {
  IN_CHILD(global = 2);
  EQUAL(global, 1);
}

static void mappings(void) {
  char *p = MAP(NULL, PAGE, RW, ANON, -1, 0);
  int ends[2];
  SUCCEEDS(0, pipe(ends));
  p[0] = 'p';
  IN_CHILD({
    UNMAP(p, PAGE);
    char *q = MAP(NULL, PAGE, RW, ANON | MAP_NORESERVE, -1, 0);
    q[0] = 'q';
    char *r = MAP(q - 64 * PAGE, PAGE, RW, ANON, -1, 0);
    r[0] = 'r';
    SUCCEEDS(sizeof r, write(ends[1], &r, sizeof r));
  });
  EQUAL(p[0], 'p');
  char *theirs;
  SUCCEEDS(sizeof theirs, read(ends[0], &theirs, sizeof theirs));
  READ_FAULTS(SIGSEGV, theirs);
}

static void heap(void) {
  char *before = sbrk(0);
  IN_CHILD(CHECK(sbrk(16 * PAGE) != (void *)-1));
  CHECK(sbrk(0) == before);
}

static void protection(void) {
  char *p = MAP(NULL, PAGE, RW, ANON, -1, 0);
  IN_CHILD({
    PROTECT(p, PAGE, PROT_NONE);
    READ_FAULTS(SIGSEGV, p);
  });
  p[0] = 'p';
  EQUAL(p[0], 'p');
}

/* A page that another process gave back must not show what was in it. */
static void given_back_pages(void) {
  size_t length = 256 * PAGE;
  IN_CHILD({
    char *p = MAP(NULL, length, RW, ANON, -1, 0);
    memset(p, 'S', length);
  });
  char *p = MAP(NULL, length, RW, ANON, -1, 0);
  for (size_t at = 0; at < length; at += PAGE) p[at] = 'p'; /* so that each page is its own */
  for (size_t at = 0; at < length; at += 1 + lab_random(64)) EQUAL(p[at], at % PAGE ? 0 : 'p');
}

static void death_of_one(void) {
  char *p = MAP(NULL, PAGE, RW, ANON, -1, 0);
  p[0] = 'p';
  fflush(stdout);
  pid_t pid = fork();
  if (pid == 0) *(volatile char *)lab_address(16) = 1;
  int status = 0;
  SUCCEEDS(pid, waitpid(pid, &status, 0));
  CHECK(WIFSIGNALED(status));
  EQUAL(WTERMSIG(status), SIGSEGV);
  EQUAL(p[0], 'p');
}

static void kernel_unreadable(void) {
  static const uintptr_t places[] = {0x80000000, 1UL << 38, (uintptr_t)-(1L << 38), (uintptr_t)-4096};
  lab_needs_walk(); /* other machines have their kernels elsewhere */
  for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
    char *at = lab_address(places[i] + lab_random(PAGE / 8) * 8);
    READ_FAULTS(SIGSEGV, at);
    WRITE_FAULTS(SIGSEGV, at);
    FAILS(EFAULT, write(STDOUT_FILENO, at, 1));
  }
}

static void same_address_different_frames(void) {
  char *p = MAP(NULL, PAGE, RW, ANON, -1, 0);
  char flags[12];
  unsigned long ours, theirs;
  p[0] = 'p';
  lab_walk(p, flags, &ours);
  IN_CHILD({
    p[0] = 'c';
    lab_walk(p, flags, &theirs);
    CHECK(theirs != ours);
  });
  EQUAL(p[0], 'p');
}

static void shared_text(void) {
  char flags[12];
  unsigned long ours, theirs;
  lab_walk((void *)(uintptr_t)&shared_text, flags, &ours);
  CHECK(strchr(flags, 'X') && !strchr(flags, 'W'));
  IN_CHILD({
    lab_walk((void *)(uintptr_t)&shared_text, flags, &theirs);
    EQUAL(theirs, ours);
  });
}

static void exit_frees_all(void) {
  IN_CHILD(global = 3);
  long before = lab_free_pages();
  IN_CHILD({
    size_t length = (256 + lab_random(256)) * PAGE;
    memset(MAP(NULL, length, RW, ANON, -1, 0), 'c', length);
    memset(MAP(NULL, length, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0), 's', length);
    CHECK(sbrk(64 * PAGE) != (void *)-1);
    memset((char *)sbrk(0) - 64 * PAGE, 'h', 64 * PAGE);
  });
  EQUAL(lab_free_pages(), before);
}

LAB({"globals", globals}, {"mappings", mappings}, {"heap", heap}, {"protection", protection},
    {"given-back-pages", given_back_pages}, {"death-of-one", death_of_one},
    {"kernel-unreadable", kernel_unreadable},
    {"same-address-different-frames", same_address_different_frames},
    {"shared-text", shared_text},
    {"exit-frees-all", exit_frees_all})
