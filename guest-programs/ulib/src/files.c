/* Files and descriptors: each function is one system call. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>
#include "internal.h"

int openat(int directory, const char *path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  mode_t mode = flags & O_CREAT ? va_arg(arguments, mode_t) : 0;
  va_end(arguments);
  return (int)CALL(SYS_openat, directory, path, flags, mode);
}

int open(const char *path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  mode_t mode = flags & O_CREAT ? va_arg(arguments, mode_t) : 0;
  va_end(arguments);
  return (int)CALL(SYS_openat, AT_FDCWD, path, flags, mode);
}

int creat(const char *path, mode_t mode) {
  return open(path, O_CREAT | O_WRONLY | O_TRUNC, mode);
}

int fcntl(int fd, int command, ...) {
  va_list arguments;
  va_start(arguments, command);
  long argument = va_arg(arguments, long);
  va_end(arguments);
  return (int)CALL(SYS_fcntl, fd, command, argument);
}

int ioctl(int fd, unsigned long request, ...) {
  va_list arguments;
  va_start(arguments, request);
  long argument = va_arg(arguments, long);
  va_end(arguments);
  return (int)CALL(SYS_ioctl, fd, request, argument);
}

ssize_t read(int fd, void *target, size_t size) { return CALL(SYS_read, fd, target, size); }
ssize_t write(int fd, const void *source, size_t size) {
  return CALL(SYS_write, fd, source, size);
}
ssize_t pread(int fd, void *target, size_t size, off_t offset) {
  return CALL(SYS_pread64, fd, target, size, offset);
}
ssize_t pwrite(int fd, const void *source, size_t size, off_t offset) {
  return CALL(SYS_pwrite64, fd, source, size, offset);
}
off_t lseek(int fd, off_t offset, int whence) { return CALL(SYS_lseek, fd, offset, whence); }
int close(int fd) { return (int)CALL(SYS_close, fd); }
int dup(int fd) { return (int)CALL(SYS_dup, fd); }
int dup2(int fd, int to) {
  /* dup3(2) refuses equal descriptors; dup2 only checks that fd is open. */
  if (fd == to) return fcntl(fd, F_GETFD) < 0 ? -1 : to;
  return (int)CALL(SYS_dup3, fd, to, 0);
}
int pipe(int ends[2]) { return (int)CALL(SYS_pipe2, ends, 0); }
int ftruncate(int fd, off_t length) { return (int)CALL(SYS_ftruncate, fd, length); }
int truncate(const char *path, off_t length) { return (int)CALL(SYS_truncate, path, length); }
int fsync(int fd) { return (int)CALL(SYS_fsync, fd); }

int access(const char *path, int mode) { return (int)CALL(SYS_faccessat, AT_FDCWD, path, mode); }
int chdir(const char *path) { return (int)CALL(SYS_chdir, path); }
char *getcwd(char *path, size_t size) { return CALL(SYS_getcwd, path, size) < 0 ? NULL : path; }
int link(const char *from, const char *to) {
  return (int)CALL(SYS_linkat, AT_FDCWD, from, AT_FDCWD, to, 0);
}
int symlink(const char *target, const char *path) {
  return (int)CALL(SYS_symlinkat, target, AT_FDCWD, path);
}
ssize_t readlink(const char *path, char *target, size_t size) {
  return CALL(SYS_readlinkat, AT_FDCWD, path, target, size);
}
int unlink(const char *path) { return (int)CALL(SYS_unlinkat, AT_FDCWD, path, 0); }
int rmdir(const char *path) { return (int)CALL(SYS_unlinkat, AT_FDCWD, path, AT_REMOVEDIR); }
int remove(const char *path) {
  if (unlink(path) == 0) return 0;
  return errno == EISDIR ? rmdir(path) : -1;
}
int rename(const char *from, const char *to) {
  return (int)CALL(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
}
int mkdir(const char *path, mode_t mode) { return (int)CALL(SYS_mkdirat, AT_FDCWD, path, mode); }
int chmod(const char *path, mode_t mode) { return (int)CALL(SYS_fchmodat, AT_FDCWD, path, mode); }
int fchmod(int fd, mode_t mode) { return (int)CALL(SYS_fchmod, fd, mode); }
mode_t umask(mode_t mask) { return (mode_t)__syscall(SYS_umask, mask); }

int fstatat(int directory, const char *path, struct stat *status, int flags) {
  return (int)CALL(SYS_newfstatat, directory, path, status, flags);
}
int stat(const char *path, struct stat *status) { return fstatat(AT_FDCWD, path, status, 0); }
int lstat(const char *path, struct stat *status) {
  return fstatat(AT_FDCWD, path, status, AT_SYMLINK_NOFOLLOW);
}
int fstat(int fd, struct stat *status) { return (int)CALL(SYS_fstat, fd, status); }

int poll(struct pollfd *fds, nfds_t count, int timeout) {
  struct timespec limit = {timeout / 1000, timeout % 1000 * 1000000L};
  return (int)CALL(SYS_ppoll, fds, count, timeout < 0 ? NULL : &limit, NULL, 0);
}

int isatty(int fd) {
  struct winsize size;
  return ioctl(fd, TIOCGWINSZ, &size) == 0;
}
int tcgetattr(int fd, struct termios *settings) { return ioctl(fd, TCGETS, settings); }
int tcsetattr(int fd, int when, const struct termios *settings) {
  return ioctl(fd, TCSETS + (unsigned)when, settings);
}
pid_t tcgetpgrp(int fd) {
  pid_t group;
  return ioctl(fd, TIOCGPGRP, &group) < 0 ? -1 : group;
}
int tcsetpgrp(int fd, pid_t group) { return ioctl(fd, TIOCSPGRP, &group); }
