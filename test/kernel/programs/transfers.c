// splice, tee, vmsplice, sizes of pipes; pidfds; another process's memory.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

static void say(const char *what, long result) {
  if (result < 0) printf("%s: %s\n", what, strerrorname_np(errno));
  else printf("%s: %ld\n", what, result);
  fflush(stdout);
}

static void drain(const char *what, int fd) {
  char bytes[200] = {0};
  fcntl(fd, F_SETFL, O_NONBLOCK);
  long count = read(fd, bytes, sizeof bytes - 1);
  if (count < 0) say(what, count);
  else printf("%s: %ld \"%s\"\n", what, count, bytes);
  fcntl(fd, F_SETFL, 0);
}

static int caught;
static void handler(int signal) { caught++; }

static void splices(void) {
  int p[2], q[2], s[2], file = open("file", O_RDWR | O_CREAT, 0600);
  pipe(p);
  pipe(q);
  socketpair(AF_UNIX, SOCK_STREAM, 0, s);
  write(file, "0123456789abcdef", 16);
  lseek(file, 2, SEEK_SET);
  say("file to pipe", splice(file, 0, p[1], 0, 4, 0));
  printf("position %ld\n", (long)lseek(file, 0, SEEK_CUR));
  drain("pipe", p[0]);
  loff_t at = 10;
  say("from a place", splice(file, &at, p[1], 0, 100, 0));
  printf("place %ld position %ld\n", (long)at, (long)lseek(file, 0, SEEK_CUR));
  at = 100;
  say("beyond the end", splice(file, &at, p[1], 0, 100, 0));
  say("pipe to pipe", splice(p[0], 0, q[1], 0, 3, 0));
  say("tee", tee(p[0], q[1], 100, 0));
  drain("copied", q[0]);
  say("pipe to socket", splice(p[0], 0, s[0], 0, 100, SPLICE_F_MORE));
  say("socket to pipe", splice(s[1], 0, q[1], 0, 2, SPLICE_F_MOVE));
  drain("of the socket", q[0]);
  write(p[1], "XYZ", 3);
  at = 20;
  say("pipe to a place", splice(p[0], 0, file, &at, 100, 0));
  char bytes[40] = {0};
  say("file", pread(file, bytes, 40, 0));
  printf("%d %s\n", bytes[19], bytes + 20);
  int devnull = open("/dev/null", O_RDWR), zero = open("/dev/zero", O_RDONLY);
  write(p[1], "gone", 4);
  say("to null", splice(p[0], 0, devnull, 0, 100, 0));
  say("zeros", splice(zero, 0, p[1], 0, 10000, 0));
  char large[20000];
  say("zeros came", read(p[0], large, sizeof large));

  say("empty, not waiting", splice(p[0], 0, file, 0, 10, SPLICE_F_NONBLOCK));
  say("tee, empty", tee(p[0], q[1], 10, SPLICE_F_NONBLOCK));
  say("no pipe", splice(file, 0, devnull, 0, 10, 0));
  say("itself", splice(p[0], 0, p[1], 0, 10, 0));
  say("tee itself", tee(p[0], p[1], 10, 0));
  say("tee a file", tee(file, p[1], 10, 0));
  say("a place in a pipe", splice(p[0], &at, file, 0, 10, 0));
  say("a place in a socket", splice(p[0], 0, s[0], &at, 10, 0));
  at = -1;
  say("a negative place", splice(file, &at, p[1], 0, 10, 0));
  say("bad flags", splice(file, 0, p[1], 0, 10, 64));
  say("bad descriptor", splice(77, 0, p[1], 0, 10, 0));
  say("the wrong end", splice(file, 0, p[0], 0, 10, 0));
  say("nothing", splice(file, 0, p[1], 0, 0, 0));
  int events = eventfd(5, 0), append = open("file", O_WRONLY | O_APPEND);
  say("eventfd to pipe", splice(events, 0, p[1], 0, 8, 0));
  write(p[1], "12345678", 8);
  say("pipe to eventfd", splice(p[0], 0, events, 0, 8, 0));
  say("pipe to append", splice(p[0], 0, append, 0, 8, 0));
  drain("left", p[0]);
  pid_t child = fork();
  if (child == 0) {
    usleep(20000);
    write(p[1], "late", 4);
    _exit(0);
  }
  say("waits", splice(p[0], 0, q[1], 0, 10, 0));
  waitpid(child, 0, 0);
  drain("late", q[0]);

  struct iovec v[2] = {{"user ", 5}, {"pages", 5}};
  say("vmsplice", vmsplice(p[1], v, 2, 0));
  char got[20] = {0};
  struct iovec w = {got, 20};
  say("vmsplice out", vmsplice(p[0], &w, 1, 0));
  printf("%s\n", got);
  say("vmsplice, not a pipe", vmsplice(file, v, 1, 0));
  v[0].iov_base = (void *)8;
  say("vmsplice, bad address", vmsplice(p[1], v, 1, 0));
  close(q[0]);
  caught = 0;
  write(p[1], "x", 1);
  say("no reader", splice(p[0], 0, q[1], 0, 1, 0));
  printf("signals %d\n", caught);
  close(p[1]);
  drain("still there", p[0]);
  say("the end", splice(p[0], 0, file, 0, 10, 0));
  close(p[0]);
  unlink("file");

  pipe2(p, O_NONBLOCK);
  say("size", fcntl(p[0], F_GETPIPE_SZ));
  say("one page", fcntl(p[1], F_SETPIPE_SZ, 100));
  say("write", write(p[1], large, 10000));
  say("full", write(p[1], large, 1));
  say("three pages", fcntl(p[1], F_SETPIPE_SZ, 3 * 4096));
  say("write", write(p[1], large, 16000));
  say("too small", fcntl(p[1], F_SETPIPE_SZ, 4096));
  say("none", fcntl(p[1], F_SETPIPE_SZ, 0));
  say("a megabyte", fcntl(p[1], F_SETPIPE_SZ, 1048576));
  say("more", fcntl(p[1], F_SETPIPE_SZ, 1048577));
  say("not a pipe", fcntl(devnull, F_SETPIPE_SZ, 4096));
  say("write", write(p[1], large, 20000));
}

static void pidfds(void) {
  int p[2], status;
  pipe(p);
  pid_t child = fork();
  if (child == 0) {
    char byte;
    close(p[1]);
    read(p[0], &byte, 1);
    _exit(7);
  }
  int fd = pidfd_open(child, 0), patient = pidfd_open(child, PIDFD_NONBLOCK);
  printf("close on exec %d flags %x %x\n", fcntl(fd, F_GETFD), fcntl(fd, F_GETFL), fcntl(patient, F_GETFL));
  struct pollfd poller = {.fd = fd, .events = POLLIN};
  say("alive", poll(&poller, 1, 0));
  siginfo_t info;
  say("not yet", waitid(P_PIDFD, patient, &info, WEXITED));
  say("nothing to do", pidfd_send_signal(fd, 0, 0, 0));
  int theirs = pidfd_getfd(fd, p[0], 0);
  printf("theirs: %s\n", theirs >= 0 ? "got" : strerrorname_np(errno));
  say("not open there", pidfd_getfd(fd, 99, 0));
  close(p[1]);
  say("ended", poll(&poller, 1, 5000));
  say("wait", waitid(P_PIDFD, fd, &info, WEXITED));
  printf("%d %d %d\n", info.si_pid == child, info.si_code, info.si_status);
  say("wait again", waitid(P_PIDFD, fd, &info, WEXITED));
  say("signal", pidfd_send_signal(fd, SIGTERM, 0, 0));
  say("no such process", pidfd_open(child, 0));
  say("no number", pidfd_open(0, 0));
  say("bad flags", pidfd_open(getpid(), 1));
  say("not a pidfd", pidfd_send_signal(p[0], 0, 0, 0));
  say("wait for a pipe", waitid(P_PIDFD, p[0], &info, WEXITED));
  char byte;
  say("read", read(fd, &byte, 1));
  child = fork();
  if (child == 0) pause();
  close(fd);
  fd = pidfd_open(child, 0);
  say("kill", pidfd_send_signal(fd, SIGKILL, 0, 0));
  waitid(P_PIDFD, fd, &info, WEXITED);
  printf("%d %d\n", info.si_code, info.si_status);
  int made = -1;
  child = syscall(SYS_clone, CLONE_PIDFD | SIGCHLD, 0, &made, 0, 0);
  if (child == 0) _exit(9);
  waitid(P_PIDFD, made, &info, WEXITED);
  printf("%d %d\n", info.si_pid == child, info.si_status);
}

static void memory(void) {
  char *shared = mmap(0, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  munmap(shared + 4096, 4096);
  strcpy(shared, "of the parent");
  int p[2], q[2];
  char byte;
  pipe(p);
  pipe(q);
  pid_t child = fork();
  if (child == 0) {
    strcpy(shared, "of the child");
    write(p[1], "x", 1);
    read(q[0], &byte, 1);
    printf("child has %s\n", shared);
    fflush(stdout);
    write(p[1], "x", 1);
    pause();
  }
  read(p[0], &byte, 1);
  char one[6] = {0}, two[50] = {0};
  struct iovec local[2] = {{one, 5}, {two, 49}}, remote[2] = {{shared, 20}, {shared + 4090, 20}};
  say("read", process_vm_readv(child, local, 2, remote, 1, 0));
  printf("%s|%s\n", one, two);
  say("up to the hole", process_vm_readv(child, local, 2, remote, 2, 0));
  remote[0] = (struct iovec){shared + 4096, 10};
  say("in the hole", process_vm_readv(child, local, 2, remote, 1, 0));
  remote[0] = (struct iovec){shared, 8};
  local[0] = (struct iovec){"changed", 8};
  say("write", process_vm_writev(child, local, 1, remote, 1, 0));
  write(q[1], "x", 1);
  read(p[0], &byte, 1);
  printf("parent has %s\n", shared);
  say("bad flags", process_vm_readv(child, local, 1, remote, 1, 1));
  say("nothing", process_vm_readv(child, local, 0, remote, 1, 0));
  kill(child, SIGKILL);
  waitpid(child, 0, 0);
  say("gone", process_vm_readv(child, local, 1, remote, 1, 0));
}

int main(void) {
  char dir[] = "/tmp/transfersXXXXXX";
  if (!mkdtemp(dir) || chdir(dir)) return 1;
  struct sigaction action = {.sa_handler = handler};
  sigaction(SIGPIPE, &action, 0);
  splices();
  pidfds();
  memory();
  rmdir(dir);
  return 0;
}
