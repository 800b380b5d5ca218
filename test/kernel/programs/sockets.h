// What the programs about AF_UNIX share.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static void say(const char *what, long result) {
  if (result < 0) printf("%s: %s\n", what, strerrorname_np(errno));
  else printf("%s: %ld\n", what, result);
  fflush(stdout);
}

static void events(const char *what, int fd) {
  struct pollfd p = {.fd = fd, .events = POLLIN | POLLOUT | POLLRDHUP | POLLPRI};
  poll(&p, 1, 0);
  printf("%s: events %x\n", what, p.revents);
}

static void get(const char *what, int fd, int flags, size_t size) {
  char bytes[256] = {0};
  long count = recv(fd, bytes, size, flags);
  if (count < 0) say(what, count);
  else printf("%s: %ld \"%s\"\n", what, count, bytes);
  fflush(stdout);
}

static long put(int fd, const char *text, int flags) { return send(fd, text, strlen(text), flags); }

static struct sockaddr_un address(const char *path, socklen_t *length) {
  struct sockaddr_un a = {.sun_family = AF_UNIX};
  size_t size = strlen(path);
  memcpy(a.sun_path, path, size);
  *length = offsetof(struct sockaddr_un, sun_path) + size;
  if (path[0] == '@') a.sun_path[0] = 0;
  else *length += 1;
  return a;
}

static int bind_to(int fd, const char *path) {
  socklen_t length;
  struct sockaddr_un a = address(path, &length);
  return bind(fd, (struct sockaddr *)&a, length);
}

static int connect_to(int fd, const char *path) {
  socklen_t length;
  struct sockaddr_un a = address(path, &length);
  return connect(fd, (struct sockaddr *)&a, length);
}

static void show(const char *what, int result, struct sockaddr_un *a, socklen_t length) {
  if (result < 0) {
    say(what, result);
    return;
  }
  printf("%s: length %d", what, (int)length);
  if (length >= 2) printf(" family %d", a->sun_family);
  if (length > 2) printf(" name %s%s", a->sun_path[0] ? "" : "@", a->sun_path[0] ? a->sun_path : a->sun_path + 1);
  printf("\n");
}

static void names(const char *what, int fd) {
  struct sockaddr_un a;
  char text[100];
  memset(&a, 0, sizeof a);
  socklen_t length = sizeof a;
  int result = getsockname(fd, (struct sockaddr *)&a, &length);
  sprintf(text, "%s, own", what);
  show(text, result, &a, length);
  memset(&a, 0, sizeof a);
  length = sizeof a;
  result = getpeername(fd, (struct sockaddr *)&a, &length);
  sprintf(text, "%s, peer", what);
  show(text, result, &a, length);
}

static int option(int fd, int name) {
  int value = -1;
  socklen_t length = sizeof value;
  if (getsockopt(fd, SOL_SOCKET, name, &value, &length) < 0) return -errno;
  return value;
}
