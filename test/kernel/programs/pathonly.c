// A descriptor of O_PATH names a file: what may be asked of it, and what is refused.
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <unistd.h>

#define SAY(call) say(#call, (long)(call))

static void say(const char *what, long result) {
  if (result < 0) printf("%s: %s\n", what, strerrorname_np(errno));
  else printf("%s: %ld\n", what, result);
}

int main(void) {
  char name[] = "/tmp/pathonlyXXXXXX", byte = 'x';
  int real = mkstemp(name);
  SAY(write(real, "hello", 5));
  int file = open(name, O_PATH | O_RDWR);
  int folder = open("/tmp", O_PATH | O_DIRECTORY);
  int pair[2], epoll = epoll_create1(0);
  struct stat status;
  struct statfs system;
  struct iovec vector = {&byte, 1};
  struct epoll_event event = {.events = EPOLLIN};
  struct pollfd asked = {.fd = file, .events = POLLIN};
  fd_set set;
  pipe(pair);

  printf("flags %x\n", fcntl(file, F_GETFL));
  SAY(fstat(file, &status));
  printf("size %ld\n", (long)status.st_size);
  SAY(fstatat(file, "", &status, AT_EMPTY_PATH));
  SAY(fstatat(folder, name + 5, &status, 0));
  SAY(fstatfs(file, &system));
  SAY(fcntl(file, F_GETFD));
  SAY(fcntl(file, F_SETFD, FD_CLOEXEC));
  int copy = dup(file), another = fcntl(file, F_DUPFD, 20), third = dup2(file, 21);
  printf("copies: %d %d %d\n", copy >= 0, another, third);
  SAY(faccessat(file, "", R_OK, AT_EMPTY_PATH));
  SAY(fchmodat(folder, name + 5, 0640, 0));
  SAY(openat(folder, name + 5, O_RDONLY) >= 0);
  SAY(fchdir(folder));
  SAY(fchmodat(file, "", 0600, 0));
  SAY(fchmodat(file, "name", 0600, 0));
  SAY(openat(-1, "", O_RDONLY));
  SAY(openat(-1, "name", O_RDONLY));
  SAY(mkdirat(file, "", 0700));

  SAY(read(file, &byte, 1));
  SAY(write(file, &byte, 1));
  SAY(pread(file, &byte, 1, 0));
  SAY(readv(file, &vector, 1));
  SAY(lseek(file, 0, SEEK_CUR));
  SAY(ftruncate(file, 3));
  SAY(fallocate(file, 0, 0, 100));
  SAY(fsync(file));
  SAY(fchmod(file, 0600));
  SAY(fchown(file, -1, -1));
  SAY(futimes(file, NULL));
  SAY(ioctl(file, FIONREAD, &status));
  SAY(ioctl(file, FIOCLEX));
  SAY(fcntl(file, F_SETFL, O_APPEND));
  SAY(fcntl(file, F_GETLK, &(struct flock){.l_type = F_RDLCK}));
  SAY(fcntl(file, F_GET_SEALS));
  SAY(fcntl(file, F_GETPIPE_SZ));
  SAY(flock(file, LOCK_SH));
  SAY(posix_fadvise(file, 0, 0, POSIX_FADV_NORMAL));
  SAY(syscall(SYS_fgetxattr, file, "user.a", &byte, 1));
  SAY(syscall(SYS_getdents64, folder, &status, sizeof status));
  SAY(mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, file, 0));
  SAY(sendfile(pair[1], file, NULL, 1));
  SAY(splice(file, NULL, pair[1], NULL, 1, 0));
  SAY(copy_file_range(file, NULL, real, NULL, 1, 0));
  SAY(epoll_ctl(epoll, EPOLL_CTL_ADD, file, &event));
  SAY(epoll_wait(file, &event, 1, 0));
  SAY(poll(&asked, 1, 0));
  printf("found %x\n", asked.revents);
  FD_ZERO(&set);
  FD_SET(file, &set);
  SAY(select(file + 1, &set, &set, &set, &(struct timeval){0, 0}));
  SAY(getsockopt(file, SOL_SOCKET, SO_TYPE, &byte, &(socklen_t){1}));
  SAY(close(file));
  unlink(name);
  return 0;
}
