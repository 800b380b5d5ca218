// Calls that few programs make: preadv2 and pwritev2, capabilities, robust lists.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/capability.h>
#include <linux/futex.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef SYS_fchmodat2
#define SYS_fchmodat2 452
#endif

static void say(const char *what, long result) {
  if (result < 0) printf("%s: %s\n", what, strerrorname_np(errno));
  else printf("%s: %ld\n", what, result);
}

static long cap(long call, unsigned version, int pid, int has_data, unsigned bits) {
  struct __user_cap_header_struct header = {version, pid};
  struct __user_cap_data_struct data[2] = {{bits, bits, 0}, {0, 0, 0}};
  long result = syscall(call, &header, has_data ? data : 0);
  if (result < 0 && header.version != version) printf("(the version is %#x) ", header.version);
  if (result == 0 && has_data && call == SYS_capget)
    printf("(%#x %#x) ", data[0].effective, data[1].permitted);
  return result;
}

static int told[2];
static void tell(int signal) { write(told[1], &(char){signal}, 1); }

// The grandchild hears of the child's death.
/* Settings that change nothing here, and the personality that does. */
static void habits(void) {
  say("slack", prctl(PR_GET_TIMERSLACK));
  say("less slack", prctl(PR_SET_TIMERSLACK, 1));
  if (fork() == 0) {
    say("a child's slack", prctl(PR_GET_TIMERSLACK));
    prctl(PR_SET_TIMERSLACK, 7);
    prctl(PR_SET_TIMERSLACK, 0);
    say("which is its default", prctl(PR_GET_TIMERSLACK));
    fflush(stdout);
    _exit(0);
  }
  wait(0);
  say("slack as before", prctl(PR_SET_TIMERSLACK, 0));
  say("slack", prctl(PR_GET_TIMERSLACK));
  say("timing", prctl(PR_GET_TIMING));
  say("exact timing", prctl(PR_SET_TIMING, 1));
  say("secure bits", prctl(PR_GET_SECUREBITS));
  say("set secure bits", prctl(PR_SET_SECUREBITS, 0));
  say("drop a capability", prctl(PR_CAPBSET_DROP, 1));
  say("no more with more", prctl(PR_SET_NO_NEW_PRIVS, 1, 1, 0, 0));
  say("privileges with more", prctl(PR_GET_NO_NEW_PRIVS, 1, 0, 0, 0));
  say("file system user", setfsuid(-1) == getuid());
  say("file system group", setfsgid(0) == getgid());
  say("personality", personality(0xffffffff));
  say("read implies exec", personality(READ_IMPLIES_EXEC | ADDR_NO_RANDOMIZE));
  char *at = mmap(0, 8192, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), line[256];
  mprotect(at + 4096, 4096, PROT_READ | PROT_WRITE);
  if (fork() == 0) {
    FILE *maps = fopen("/proc/self/maps", "r");
    while (fgets(line, sizeof line, maps)) {
      unsigned long start = strtoul(line, 0, 16);
      if (start == (unsigned long)at || start == (unsigned long)at + 4096)
        printf("%.4s\n", strchr(line, ' ') + 1);
    }
    fflush(stdout);
    _exit(0);
  }
  wait(0);
  say("personality again", personality(PER_LINUX));
  // A queued signal to the number of a thread goes to its process.
  say("queued to nobody", syscall(SYS_rt_sigqueueinfo, 999999, 0, &(siginfo_t){.si_code = -1}));
  say("wait for a group without a number", syscall(SYS_wait4, INT_MIN, 0, 0, 0));
  int word = 0, other_word = 0;
  say("wake less than none", syscall(SYS_futex, &word, FUTEX_CMP_REQUEUE, -1, 1L, &other_word, 0));
  say("requeue less than none", syscall(SYS_futex, &word, FUTEX_CMP_REQUEUE, 1, -1L, &other_word, 0));
  say("requeue another value", syscall(SYS_futex, &word, FUTEX_CMP_REQUEUE, 1, 1L, &other_word, 1));
  // With O_APPEND a place to write at does not count.
  int fd = open("file", O_RDWR | O_APPEND);
  say("size", lseek(fd, 0, SEEK_END));
  say("pwrite", pwrite(fd, "zz", 2, 0));
  say("size", lseek(fd, 0, SEEK_END));
  lseek(fd, 1, SEEK_SET);
  say("write", write(fd, "zz", 2));
  say("offset", lseek(fd, 0, SEEK_CUR));
  int other = open("file", O_RDONLY);
  say("sendfile", sendfile(fd, other, 0, 2));
  say("copy_file_range", copy_file_range(other, 0, fd, 0, 2, 0));
  close(fd);
  close(other);
  int ends[2];
  pipe(ends);
  say("pwrite to the wrong end", pwrite(ends[0], "x", 1, 0));
  say("pread from the wrong end", pread(ends[1], line, 1, 0));
  say("pread before the start of nothing", pread(-1, line, 1, -1));
  close(ends[0]);
  close(ends[1]);
}

static void settings(void) {
  int signal = -1;
  say("no signal", prctl(PR_GET_PDEATHSIG, &signal));
  printf("%d\n", signal);
  say("bad signal", prctl(PR_SET_PDEATHSIG, 65));
  say("privileges", prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
  say("no more", prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
  say("not taken back", prctl(PR_SET_NO_NEW_PRIVS, 0, 0, 0, 0));
  say("privileges", prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
  say("bad option", prctl(9999, 0, 0, 0, 0));
  fflush(stdout);
  pipe(told);
  char byte = 0;
  if (fork() == 0) {
    prctl(PR_SET_PDEATHSIG, SIGHUP);
    if (fork() == 0) {
      prctl(PR_GET_PDEATHSIG, &signal);
      struct sigaction action = {.sa_handler = tell};
      sigaction(SIGUSR1, &action, 0);
      prctl(PR_SET_PDEATHSIG, SIGUSR1);
      tell(signal);
      sleep(5); // The signal cuts it short, or came before it.
      _exit(0);
    }
    read(told[0], &byte, 1);
    _exit(byte);
  }
  int status;
  wait(&status);
  printf("inherited %d\n", WEXITSTATUS(status));
  read(told[0], &byte, 1);
  printf("told %d\n", byte);
}

int main(void) {
  char dir[] = "/tmp/callsXXXXXX";
  if (!mkdtemp(dir) || chdir(dir)) return 1;
  int fd = open("file", O_RDWR | O_CREAT, 0600);
  char text[] = "abcdefgh", into[9] = {0};
  struct iovec out[] = {{text, 3}, {text + 3, 5}}, in[] = {{into, 2}, {into + 2, 6}};
  say("pwritev2 at the offset", pwritev2(fd, out, 2, -1, 0));
  say("offset", lseek(fd, 0, SEEK_CUR));
  say("pwritev2 at 4", pwritev2(fd, out, 1, 4, RWF_SYNC));
  say("offset", lseek(fd, 2, SEEK_SET));
  say("preadv2 at the offset", preadv2(fd, in, 2, -1, 0));
  printf("%s, offset %ld\n", into, (long)lseek(fd, 0, SEEK_CUR));
  say("preadv2 at 0", preadv2(fd, in, 2, 0, RWF_HIPRI));
  printf("%s\n", into);
  say("preadv2 at -2", preadv2(fd, in, 2, -2, 0));
  say("preadv2 with an unknown flag", preadv2(fd, in, 2, 0, 1 << 20));
  habits();
  int ends[2];
  pipe(ends);
  say("pwritev2 into a pipe", pwritev2(ends[1], out, 2, -1, 0));
  say("pwritev2 at a place of a pipe", pwritev2(ends[1], out, 2, 0, 0));
  symlink("nowhere", "link");
  say("mode of a file", syscall(SYS_fchmodat2, AT_FDCWD, "file", 0640, AT_SYMLINK_NOFOLLOW));
  struct stat st;
  fstat(fd, &st);
  printf("%o\n", st.st_mode);
  say("mode of a link", syscall(SYS_fchmodat2, AT_FDCWD, "link", 0640, AT_SYMLINK_NOFOLLOW));
  say("through a link", syscall(SYS_fchmodat2, AT_FDCWD, "link", 0640, 0));
  say("of a descriptor", syscall(SYS_fchmodat2, fd, "", 0600, AT_EMPTY_PATH));
  say("bad flags", syscall(SYS_fchmodat2, fd, "", 0600, 1));
  unlink("link");
  unlink("file");
  rmdir(dir);

  say("capget", cap(SYS_capget, _LINUX_CAPABILITY_VERSION_3, 0, 1, 0));
  say("capget of version 1", cap(SYS_capget, _LINUX_CAPABILITY_VERSION_1, 0, 1, 0));
  say("capget of version 2", cap(SYS_capget, _LINUX_CAPABILITY_VERSION_2, 0, 1, 0));
  say("capset of version 1", cap(SYS_capset, _LINUX_CAPABILITY_VERSION_1, 0, 1, 0));
  say("capget of nobody", cap(SYS_capget, _LINUX_CAPABILITY_VERSION_3, 999999, 1, 0));
  say("capget of a negative pid", cap(SYS_capget, _LINUX_CAPABILITY_VERSION_3, -1, 1, 0));
  say("capget of no version", cap(SYS_capget, 7, 0, 1, 0));
  say("capget that asks for the version", cap(SYS_capget, 7, 0, 0, 0));
  say("capset to nothing", cap(SYS_capset, _LINUX_CAPABILITY_VERSION_3, 0, 1, 0));
  say("capset to something", cap(SYS_capset, _LINUX_CAPABILITY_VERSION_3, getpid(), 1, 1));
  say("capset of another", cap(SYS_capset, _LINUX_CAPABILITY_VERSION_3, 1, 1, 0));
  say("capset of no version", cap(SYS_capset, 7, 0, 1, 0));

  void *head = 0;
  size_t length = 0;
  say("get_robust_list", syscall(SYS_get_robust_list, 0, &head, &length));
  printf("length %zu, head is set: %d\n", length, head != 0);
  say("get_robust_list of nobody", syscall(SYS_get_robust_list, 999999, &head, &length));
  settings();
  struct rlimit files, none = {0, 0};
  char name[] = "/tmp/pagewalk-calls-XXXXXX";
  int last = mkstemp(name);
  write(last, "contents", 8);
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = last + 1;
  setrlimit(RLIMIT_NOFILE, &files);
  say("no descriptor left", open(name, O_RDWR | O_TRUNC));
  fstat(last, &st);
  say("the file is as it was", st.st_size == 8);
  unlink(name);
  say("nor is there one to make it", open(name, O_RDWR | O_CREAT, 0600));
  say("nothing was made", unlink(name));
  say("RLIMIT_NPROC", setrlimit(RLIMIT_NPROC, &none));
  say("fork past it", fork());
  return 0;
}
