/*
 * Which page leaves when there is no room. It wants a small machine with a swap device:
 * pagewalk run --memory 4M --swap 32M --disk 1M lab-replacement, and as FIFO with
 * --replacement fifo --env LAB_REPLACEMENT=fifo as well
 */
#include "lab.h"

enum { MAX_PAGES = 12, MAX_FRAMES = 6, TRACE = 64 };

static int is_fifo(void) {
  const char *name = getenv("LAB_REPLACEMENT");
  return name && strcmp(name, "fifo") == 0;
}

/* Skips what shows nothing without one. */
static void needs_swap(void) {
  lab_needs_walk();
  if (lab_count("/proc/meminfo", "SwapTotal:") == 0) lab_skip("needs a swap device: --swap 32M");
}

/* One reference of a trace: a page, read or written. */
typedef struct {
  int page, is_write;
} Reference;

typedef struct {
  int faults, written;
} Counts;

/* The oracle: pages in the order in which they came in. */
typedef struct {
  int page, is_used, is_dirty;
} Resident;

static void touch_model(Resident queue[], int *count, int frames, int has_copy[], Reference r,
                        Counts *counts) {
  for (int i = 0; i < *count; i++) {
    if (queue[i].page != r.page) continue;
    queue[i].is_used = 1;
    queue[i].is_dirty |= r.is_write;
    return;
  }
  counts->faults++;
  while (*count == frames) {
    Resident first = queue[0];
    memmove(queue, queue + 1, (size_t)--*count * sizeof *queue);
    if (!is_fifo() && first.is_used) {
      first.is_used = 0; /* a second chance */
      queue[(*count)++] = first;
      continue;
    }
    if (first.is_dirty || !has_copy[first.page]) counts->written++;
    has_copy[first.page] = 1;
  }
  queue[(*count)++] = (Resident){r.page, 1, r.is_write};
}

static Counts model(const Reference trace[], int length, int frames) {
  Resident queue[MAX_FRAMES + 1];
  int count = 0, has_copy[MAX_PAGES] = {0};
  Counts counts = {0, 0};
  for (int i = 0; i < length; i++) touch_model(queue, &count, frames, has_copy, trace[i], &counts);
  return counts;
}

/* The pages that a trace speaks of; the memory that is theirs is `frames` pages. */
static char *arena;
static char *locked_away;
static int locked_pages;

static int resident(int page, int count) {
  unsigned char vector[MAX_PAGES];
  int found = 0;
  SUCCEEDS(0, mincore(arena + page * PAGE, (size_t)count * PAGE, vector));
  for (int i = 0; i < count; i++) found += vector[i] & 1;
  return found;
}

static void lock_everything_else(void) {
  char line[256];
  FILE *maps = fopen("/proc/self/maps", "r");
  CHECK(maps);
  while (fgets(line, sizeof line, maps)) {
    char *at = line;
    uintptr_t start = strtoul(at, &at, 16), end = strtoul(at + 1, &at, 16);
    if (strstr(at, "---p") || strstr(at, "[v")) continue;
    if (start <= (uintptr_t)arena && (uintptr_t)arena < end) continue;
    SUCCEEDS(0, mlock((void *)start, end - start));
  }
  fclose(maps);
}

/* Locks memory until a round over all pages leaves exactly `frames` of them in memory. */
static void leave_frames(int frames) {
  enum { MOST = 2000 };
  volatile char deep[32 * 1024]; /* the stack as far down as it will be needed */
  for (size_t i = 0; i < sizeof deep; i += PAGE) deep[i] = 1;
  char *outer = MAP(NULL, (MAX_PAGES + 2) * PAGE, RW, ANON, -1, 0);
  arena = outer + PAGE;
  locked_away = MAP(NULL, MOST * PAGE, PROT_NONE, ANON, -1, 0);
  /* Locked pages on both sides keep the tables of the pages between them. */
  SUCCEEDS(0, mlock(outer, PAGE));
  SUCCEEDS(0, mlock(arena + MAX_PAGES * PAGE, PAGE));
  lock_everything_else();
  for (locked_pages = 0; locked_pages < MOST; locked_pages++) {
    for (int round = 0; round < 3; round++) {
      for (int page = 0; page < MAX_PAGES; page++) arena[page * PAGE] = 1;
    }
    if (resident(0, MAX_PAGES) == frames) return;
    char *next = locked_away + locked_pages * PAGE;
    PROTECT(next, PAGE, RW);
    SUCCEEDS(0, mlock(next, PAGE));
  }
  lab_fail(__FILE__, __LINE__, "locking 8 MiB", "no room left for the pages", "room: --memory 4M");
}

/* Plays the trace from an empty memory; every page keeps the number that was written last. */
static Counts play(const Reference trace[], int length) {
  char written[MAX_PAGES] = {0};
  Counts counts = {0, 0};
  SUCCEEDS(0, madvise(arena, MAX_PAGES * PAGE, MADV_DONTNEED));
  long out = lab_count("/proc/vmstat", "pswpout");
  for (int i = 0; i < length; i++) {
    volatile char *at = arena + trace[i].page * PAGE;
    counts.faults += !resident(trace[i].page, 1);
    if (trace[i].is_write) *at = written[trace[i].page] = (char)(i + 1);
    else EQUAL(*at, written[trace[i].page]);
  }
  counts.written = (int)(lab_count("/proc/vmstat", "pswpout") - out);
  return counts;
}

static void compare(const char *name, const Reference trace[], int length, int frames, int line) {
  Counts expected = model(trace, length, frames), observed = play(trace, length);
  if (observed.faults == expected.faults && observed.written == expected.written) return;
  char call[160], wanted[64], seen[64], pages[96] = "";
  for (int i = 0; i < length && i < 24; i++) {
    snprintf(pages + strlen(pages), 8, "%s%d%s", i ? " " : "", trace[i].page, trace[i].is_write ? "w" : "");
  }
  snprintf(call, sizeof call, "%s, %s, %d frames: %s", name, is_fifo() ? "fifo" : "clock", frames, pages);
  snprintf(wanted, sizeof wanted, "%d faults, %d pages written", expected.faults, expected.written);
  snprintf(seen, sizeof seen, "%d faults, %d pages written", observed.faults, observed.written);
  lab_fail(__FILE__, line, call, wanted, seen);
}

/* The first reference of each page writes: what was never written needs no frame of its own. */
static int trace_of(const char *pages, Reference trace[]) {
  int seen[MAX_PAGES] = {0}, length = 0;
  for (; pages[length]; length++) {
    int page = pages[length] - '0';
    trace[length] = (Reference){page, !seen[page]};
    seen[page] = 1;
  }
  return length;
}

/* Where more frames make FIFO fault more: 9 faults with three, 10 with four. */
static void belady(void) {
  needs_swap();
  Reference trace[TRACE];
  int length = trace_of("123412512345", trace);
  for (int frames = 3; frames <= 4; frames++) {
    IN_CHILD({
      leave_frames(frames);
      compare("Belady's sequence", trace, length, frames, __LINE__);
      if (is_fifo()) EQUAL(play(trace, length).faults, frames == 3 ? 9 : 10);
    });
  }
}

/* A page that is used all the time stays under the clock, and goes under FIFO. */
static void used_page(void) {
  needs_swap();
  Reference trace[TRACE];
  int length = trace_of("1213141516171819", trace);
  leave_frames(3);
  compare("one page used all the time", trace, length, 3, __LINE__);
}

static void given_traces(void) {
  needs_swap();
  static const char *const traces[] = {"70120304230321201701", "1234567812345678",
                                       "0123012301450145", "2321524532522"};
  Reference trace[TRACE];
  leave_frames(3);
  for (size_t i = 0; i < sizeof traces / sizeof *traces; i++) {
    compare("trace", trace, trace_of(traces[i], trace), 3, __LINE__);
  }
}

static void random_traces(void) {
  needs_swap();
  Reference trace[TRACE];
  int frames = 3 + (int)lab_random(MAX_FRAMES - 2);
  leave_frames(frames);
  for (int round = 0; round < 8; round++) {
    int seen[MAX_PAGES] = {0};
    for (int i = 0; i < TRACE; i++) {
      int page = (int)lab_random(MAX_PAGES);
      trace[i] = (Reference){page, !seen[page] || lab_random(4) == 0};
      seen[page] = 1;
    }
    compare("random trace", trace, TRACE, frames, __LINE__);
  }
}

/* Five pages in three frames, twice around: written once, then only read, and written no more. */
static void clean_victim_dropped(void) {
  needs_swap();
  Reference trace[TRACE];
  int length = trace_of("12345123451234512345", trace);
  leave_frames(3);
  EQUAL(model(trace, length, 3).written, 5);
  compare("clean victims", trace, length, 3, __LINE__);
}

static void dirty_victim_written(void) {
  needs_swap();
  Reference trace[TRACE];
  int length = trace_of("12345123451234512345", trace);
  for (int i = 0; i < length; i++) trace[i].is_write = 1;
  leave_frames(3);
  EQUAL(model(trace, length, 3).written, length - 3);
  compare("dirty victims", trace, length, 3, __LINE__);
}

static unsigned stamp(size_t page) { return (unsigned)page * 2654435761u + 12345; }

/* More memory than there is, from one end to the other, and again. */
static void page_linear(void) {
  enum { PAGES = 2048 };
  char *p = MAP(NULL, PAGES * PAGE, RW, ANON, -1, 0);
  for (int round = 0; round < 2; round++) {
    for (size_t i = 0; i < PAGES; i++) {
      unsigned *words = (unsigned *)(void *)(p + i * PAGE);
      if (round > 0) {
        EQUAL(words[0], stamp(i));
        EQUAL(words[PAGE / 4 - 1], ~stamp(i));
      }
      words[0] = stamp(i);
      words[PAGE / 4 - 1] = ~stamp(i);
    }
  }
}

/* Four processes, each with more than a quarter of the memory. */
static void page_parallel(void) {
  enum { CHILDREN = 4, PAGES = 400 };
  pid_t pids[CHILDREN];
  for (unsigned child = 0; child < CHILDREN; child++) {
    fflush(stdout);
    pids[child] = fork();
    if (pids[child] != 0) continue;
    char *p = MAP(NULL, PAGES * PAGE, RW, ANON, -1, 0);
    for (int round = 0; round < 2; round++) {
      for (size_t i = 0; i < PAGES; i++) {
        unsigned *word = (unsigned *)(void *)(p + i * PAGE);
        if (round > 0) EQUAL(*word, stamp(i + child * PAGES));
        *word = stamp(i + child * PAGES);
      }
    }
    lab_child_end();
  }
  for (int child = 0; child < CHILDREN; child++) lab_join(__FILE__, __LINE__, pids[child]);
}

typedef struct {
  unsigned key, filling[31];
} Record;

static int by_value(const void *left, const void *right) {
  unsigned a = *(const unsigned *)left, b = *(const unsigned *)right;
  return (a > b) - (a < b);
}

/* A child each sorts a part; then the parts, together as large as the memory, are merged. */
static void page_merge(void) {
  enum { PARTS = 4, LENGTH = 6000 };
  size_t length = LENGTH * sizeof(Record);
  Record *sorted = (Record *)(void *)MAP(NULL, PARTS * length, RW, ANON, -1, 0);
  int next[PARTS] = {0};
  unsigned long sum = 0;
  for (int part = 0; part < PARTS; part++) {
    int fd = lab_file(0, O_RDWR);
    unsigned first = lab_random(1u << 30);
    IN_CHILD({
      static unsigned keys[LENGTH];
      for (unsigned i = 0; i < LENGTH; i++) keys[i] = stamp(first + i);
      qsort(keys, LENGTH, sizeof *keys, by_value);
      Record *own = (Record *)(void *)MAP(NULL, length, RW, ANON, -1, 0);
      for (unsigned i = 0; i < LENGTH; i++) own[i].key = own[i].filling[30] = keys[i];
      SUCCEEDS(length, write(fd, own, length));
    });
    SUCCEEDS(length, pread(fd, sorted + part * LENGTH, length, 0));
    close(fd);
    for (unsigned i = 0; i < LENGTH; i++) sum += stamp(first + i);
  }
  unsigned last = 0;
  for (int done = 0; done < PARTS * LENGTH; done++) {
    Record *best = NULL;
    int from = 0;
    for (int part = 0; part < PARTS; part++) {
      Record *first = sorted + part * LENGTH + next[part];
      if (next[part] == LENGTH || (best && first->key >= best->key)) continue;
      best = first;
      from = part;
    }
    next[from]++;
    EQUAL(best->filling[30], best->key);
    CHECK(best->key >= last);
    last = best->key;
    sum -= last;
  }
  EQUAL(sum, 0);
}

/* Pages change places at random; each keeps what is in it. */
static void page_shuffle(void) {
  enum { PAGES = 1200, SWAPS = 4000 };
  char *p = MAP(NULL, PAGES * PAGE, RW, ANON, -1, 0);
  static unsigned short at[PAGES];
  for (unsigned i = 0; i < PAGES; i++) {
    at[i] = (unsigned short)i;
    *(unsigned *)(void *)(p + i * PAGE) = stamp(i);
  }
  for (int i = 0; i < SWAPS; i++) {
    unsigned left = lab_random(PAGES), right = lab_random(PAGES);
    unsigned *one = (unsigned *)(void *)(p + left * PAGE), *two = (unsigned *)(void *)(p + right * PAGE);
    unsigned word = *one;
    *one = *two;
    *two = word;
    unsigned short number = at[left];
    at[left] = at[right];
    at[right] = number;
  }
  for (unsigned i = 0; i < PAGES; i++) EQUAL(*(unsigned *)(void *)(p + i * PAGE), stamp(at[i]));
}

/* Private pages of a file that were written go to swap; the file keeps its own bytes. */
static void swapped_file_pages(void) {
  enum { PAGES = 16, REST = 1400 };
  int fd = lab_file(PAGES, O_RDWR);
  char *p = MAP(NULL, PAGES * PAGE, RW, MAP_PRIVATE, fd, 0);
  for (int i = 0; i < PAGES; i += 2) p[i * PAGE + 7] = 'Z';
  char *rest = MAP(NULL, REST * PAGE, RW, ANON, -1, 0);
  for (int i = 0; i < REST; i++) rest[i * PAGE] = 'r';
  for (int i = 0; i < PAGES; i++) {
    char byte;
    SUCCEEDS(1, pread(fd, &byte, 1, i * (off_t)PAGE + 7));
    EQUAL(byte, 'a' + i);
    EQUAL(p[i * PAGE + 7], i % 2 ? 'a' + i : 'Z');
    EQUAL(p[i * PAGE + 8], 'a' + i);
  }
}

/* Pages that were written to the disk since the start, those of the swap device not among them. */
static long disk_writes(void) {
  return lab_count("/proc/vmstat", "pgpgout") / 4 - lab_count("/proc/vmstat", "pswpout");
}

/* Takes more memory than there is, so that the pages of the file have to leave it. */
static void push_out(const char *p, int pages) {
  enum { REST = 1400 };
  unsigned char vector[MAX_PAGES];
  char *rest = MAP(NULL, REST * PAGE, RW, ANON, -1, 0);
  for (int i = 0; i < REST; i++) rest[i * PAGE] = 'r';
  SUCCEEDS(0, mincore((void *)p, (size_t)pages * PAGE, vector));
  for (int i = 0; i < pages; i++) EQUAL(vector[i] & 1, 0);
  UNMAP(rest, REST * PAGE);
}

/* Shared pages of a file on the disk: what was written is written back, what was read is dropped. */
static void file_victims(void) {
  char bytes[PAGE];
  needs_swap();
  int fd = open("/disk/lab-replacement.victims", O_CREAT | O_TRUNC | O_RDWR, 0600);
  if (fd == -1) lab_skip("needs a disk: --disk 1M");
  memset(bytes, 'a', PAGE);
  for (int i = 0; i < MAX_PAGES; i++) SUCCEEDS(PAGE, write(fd, bytes, PAGE));
  SUCCEEDS(0, fsync(fd));
  char *p = MAP(NULL, MAX_PAGES * PAGE, RW, MAP_SHARED, fd, 0);
  int is_written[MAX_PAGES] = {0}, dirty = 0;
  for (int i = 0; i < MAX_PAGES; i++) EQUAL(p[i * PAGE], 'a');
  while (dirty < 3) {
    unsigned page = lab_random(MAX_PAGES);
    dirty += !is_written[page];
    is_written[page] = 1;
    p[page * PAGE] = 'Z';
  }
  for (int round = 0; round < 2; round++) {
    long before = disk_writes();
    push_out(p, MAX_PAGES);
    EQUAL(disk_writes() - before, round == 0 ? dirty : 0);
    for (int i = 0; i < MAX_PAGES; i++) EQUAL(p[i * PAGE], is_written[i] ? 'Z' : 'a');
  }
  SUCCEEDS(0, unlink("/disk/lab-replacement.victims"));
}

LAB({"belady", belady}, {"used-page", used_page}, {"given-traces", given_traces},
    {"random-traces", random_traces}, {"clean-victim-dropped", clean_victim_dropped},
    {"dirty-victim-written", dirty_victim_written}, {"page-linear", page_linear},
    {"page-parallel", page_parallel}, {"page-merge", page_merge}, {"page-shuffle", page_shuffle},
    {"swapped-file-pages", swapped_file_pages}, {"file-victims", file_victims})
