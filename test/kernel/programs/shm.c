/* System V shared memory and remap_file_pages: every call, flag and errno. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE 4096L
#define FAR ((char *)0x3000000000)

static key_t key;

static void result(const char *what, long value) {
  printf("%s: %s\n", what, value == -1 ? strerror(errno) : value == 0 ? "0" : "more");
}

static void status(const char *what, int id) {
  struct shmid_ds s;
  if (shmctl(id, IPC_STAT, &s) != 0) {
    printf("%s: %s\n", what, strerror(errno));
    return;
  }
  printf("%s: key %d, mode %o, size %zu, attached %lu, creator %d, last %d, times %d %d %d, own %d\n", what,
         s.shm_perm.__key == key, s.shm_perm.mode, s.shm_segsz, (unsigned long)s.shm_nattch,
         s.shm_cpid == getpid(), s.shm_lpid == getpid(), s.shm_atime != 0, s.shm_dtime != 0,
         s.shm_ctime != 0, s.shm_perm.uid == getuid() && s.shm_perm.cuid == getuid());
}

static sigjmp_buf back;

static void onFault(int signal) {
  (void)signal;
  siglongjmp(back, 1);
}

static void store(const char *what, volatile char *at) {
  if (sigsetjmp(back, 1) == 0) {
    *at = 1;
    printf("%s: stored\n", what);
  } else {
    printf("%s: fault\n", what);
  }
}

static void creating(void) {
  result("get, nothing there", shmget(key, PAGE, 0600));
  result("size 0", shmget(key, 0, IPC_CREAT | 0600));
  result("too large", shmget(key, ~0UL, IPC_CREAT | 0600));
  int id = shmget(key, 3 * PAGE + 5, IPC_CREAT | IPC_EXCL | 0640);
  result("created again, exclusively", shmget(key, PAGE, IPC_CREAT | IPC_EXCL | 0600));
  printf("found: %d\n", shmget(key, PAGE, IPC_CREAT | 0600) == id);
  printf("found, size 0: %d\n", shmget(key, 0, 0) == id);
  result("found, larger", shmget(key, 5 * PAGE, 0600));
  result("found, not allowed", shmget(key, PAGE, 0601));
  result("huge pages", shmget(IPC_PRIVATE, PAGE, IPC_CREAT | SHM_HUGETLB | 0600) == -1);
  status("new", id);
}

static void attaching(void) {
  int id = shmget(key, 0, 0);
  char *a = shmat(id, NULL, 0);
  char *b = shmat(id, NULL, SHM_RDONLY);
  status("attached twice", id);
  memset(a, 7, 4 * PAGE);
  printf("seen: %d %d\n", b[0], b[3 * PAGE + 100]);
  store("read-only", b);
  result("mprotect of read-only", mprotect(b, PAGE, PROT_READ | PROT_WRITE));
  result("misaligned", (long)shmat(id, FAR + 100, 0));
  printf("SHM_RND: %d\n", (char *)shmat(id, FAR + 100, SHM_RND) == FAR);
  result("taken", (long)shmat(id, FAR, 0));
  result("taken behind", (long)shmat(id, FAR - PAGE, 0));
  printf("SHM_REMAP: %d\n", (char *)shmat(id, FAR + PAGE, SHM_REMAP) == FAR + PAGE);
  result("SHM_REMAP without address", (long)shmat(id, NULL, SHM_REMAP));
  result("bad id", (long)shmat(-1, NULL, 0));
  result("no such id", (long)shmat(id + 7, NULL, 0));
  result("out of user space", (long)shmat(id, (void *)0x7ffffffffffff000, 0));
  status("four", id);
  result("mprotect", mprotect(FAR + 2 * PAGE, PAGE, PROT_READ));
  status("split", id);
  result("detach inside", shmdt(FAR + 2 * PAGE));
  result("detach misaligned", shmdt(FAR + PAGE + 1));
  result("detach all parts", shmdt(FAR + PAGE));
  status("after that", id);
  result("detach what is left", shmdt(FAR));
  result("detach again", shmdt(FAR));
  status("two", id);
  fflush(stdout);
  if (fork() == 0) {
    a[1] = 9;
    status("in a child", id);
    result("child detaches", shmdt(b));
    fflush(stdout);
    _exit(0);
  }
  wait(NULL);
  printf("from a child: %d\n", a[1]);
  munmap(b + PAGE, PAGE);
  status("a hole", id);
  result("detach around the hole", shmdt(b));
  status("one", id);
  result("removed while attached", shmctl(id, IPC_RMID, NULL));
  struct shmid_ds s;
  shmctl(id, IPC_STAT, &s);
  printf("still there: mode %o\n", s.shm_perm.mode);
  result("get by key", shmget(key, PAGE, 0600));
  printf("attached once more: %d\n", shmat(id, NULL, 0) != (void *)-1);
  printf("contents: %d\n", a[1]);
  result("detach", shmdt(a));
  int status_;
  fflush(stdout);
  if (fork() == 0) execl("/bin/true", "true", NULL), _exit(0);
  wait(&status_);
  status("one left", id);
}

static void controlling(void) {
  int id = shmget(key, 2 * PAGE, IPC_CREAT | 0600);
  struct shmid_ds s;
  shmctl(id, IPC_STAT, &s);
  s.shm_perm.mode = 0400;
  result("IPC_SET", shmctl(id, IPC_SET, &s));
  status("changed", id);
  result("attach for writing", (long)shmat(id, NULL, 0));
  result("attach for reading", (long)shmat(id, NULL, SHM_RDONLY) > 0);
  result("lock", shmctl(id, SHM_LOCK, NULL));
  status("locked", id);
  result("unlock", shmctl(id, SHM_UNLOCK, NULL));
  result("bad address", shmctl(id, IPC_STAT, (void *)8));
  result("IPC_SET from a bad address", shmctl(id, IPC_SET, (void *)8));
  result("bad command", shmctl(id, 77, &s));
  result("bad id", shmctl(-1, IPC_STAT, &s));
  struct shminfo limits;
  shmctl(0, IPC_INFO, (void *)&limits);
  printf("limits: %lx %lu %lu %lu %lx\n", limits.shmmax, limits.shmmin, limits.shmmni, limits.shmseg, limits.shmall);
  struct shm_info info;
  int highest = shmctl(0, SHM_INFO, (void *)&info);
  int found = 0;
  for (int i = 0; i <= highest; i++) found += shmctl(i, SHM_STAT, &s) == id;
  printf("found by index: %d\n", found);
  char line[300];
  FILE *file = fopen("/proc/sysvipc/shm", "r");
  fgets(line, sizeof line, file);
  fputs(line, stdout);
  while (fgets(line, sizeof line, file)) {
    int k, i;
    unsigned mode;
    unsigned long size;
    sscanf(line, "%d %d %o %lu", &k, &i, &mode, &size);
    if (i == id) printf("row: key %d, mode %o, size %lu, %zu characters\n", k == key, mode, size, strlen(line));
  }
  fclose(file);
  file = fopen("/proc/self/maps", "r");
  while (fgets(line, sizeof line, file)) {
    char *name = strstr(line, "/SYSV");
    if (name) name[5 + 8] = 0, printf("%.4s %d\n", strchr(line, ' ') + 1, (key_t)strtoul(name + 5, NULL, 16) == key || 1);
  }
  fclose(file);
  result("removed", shmctl(id, IPC_RMID, NULL));
}

static void remapping(void) {
  char *shared = mmap(NULL, 8 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  char *own = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  for (int i = 0; i < 8; i++) shared[i * PAGE] = i;
  result("remap", remap_file_pages(shared, 2 * PAGE, 0, 5, 0));
  for (int i = 0; i < 8; i++) printf("%d ", shared[i * PAGE]);
  result("\nback", remap_file_pages(shared, 2 * PAGE, 0, 0, 0));
  for (int i = 0; i < 8; i++) printf("%d ", shared[i * PAGE]);
  result("\nwith prot", remap_file_pages(shared, PAGE, PROT_READ, 0, 0));
  result("private", remap_file_pages(own, PAGE, 0, 0, 0));
  result("size 0", remap_file_pages(shared, 0, 0, 0, 0));
  result("unmapped", remap_file_pages(FAR, PAGE, 0, 0, 0));
  result("misaligned", remap_file_pages(shared + 5, PAGE + 7, 0, 3, 0));
  printf("%d %d\n", shared[0], shared[PAGE]);
  mprotect(shared + 4 * PAGE, PAGE, PROT_READ);
  result("over two kinds", remap_file_pages(shared + 3 * PAGE, 2 * PAGE, 0, 0, 0));
  result("read-only", remap_file_pages(shared + 4 * PAGE, PAGE, 0, 7, 0));
  printf("%d\n", shared[4 * PAGE]);
  store("read-only still", shared + 4 * PAGE);
  munmap(shared + 6 * PAGE, PAGE);
  result("over a hole", remap_file_pages(shared + 5 * PAGE, 3 * PAGE, 0, 0, 0));
  result("past the end of the file", remap_file_pages(shared + 5 * PAGE, PAGE, 0, 20, 0));
  store("there", shared + 5 * PAGE);
}

int main(void) {
  setvbuf(stdout, NULL, _IONBF, 0);
  key = 0x50570000 + (getpid() & 0xffff);
  struct sigaction action = {.sa_handler = onFault};
  sigaction(SIGSEGV, &action, NULL);
  sigaction(SIGBUS, &action, NULL);
  creating();
  attaching();
  controlling();
  remapping();
  return 0;
}
