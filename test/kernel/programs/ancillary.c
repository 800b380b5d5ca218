// AF_UNIX: descriptors and credentials on their way, errors.
#include "sockets.h"

static long send_fds(int fd, int *fds, int count, const char *text) {
  char control[CMSG_SPACE(sizeof(int) * 300)] = {0};
  struct iovec v = {(void *)text, strlen(text)};
  struct msghdr m = {.msg_iov = &v, .msg_iovlen = 1, .msg_control = control, .msg_controllen = CMSG_SPACE(sizeof(int) * count)};
  struct cmsghdr *c = CMSG_FIRSTHDR(&m);
  c->cmsg_level = SOL_SOCKET;
  c->cmsg_type = SCM_RIGHTS;
  c->cmsg_len = CMSG_LEN(sizeof(int) * count);
  memcpy(CMSG_DATA(c), fds, sizeof(int) * count);
  return sendmsg(fd, &m, MSG_DONTWAIT);
}

// Shows a message and what came with it; leaves the first descriptor in *got.
static void receive(const char *what, int fd, size_t size, size_t room, int flags, int *got) {
  char control[1024] = {0}, bytes[100] = {0};
  struct sockaddr_un name = {0};
  struct iovec v = {bytes, size};
  struct msghdr m = {.msg_name = &name, .msg_namelen = sizeof name, .msg_iov = &v, .msg_iovlen = 1,
                     .msg_control = room ? control : 0, .msg_controllen = room};
  long count = recvmsg(fd, &m, flags);
  if (count < 0) {
    say(what, count);
    return;
  }
  printf("%s: %ld \"%s\" flags %x control %d name %d", what, count, bytes, m.msg_flags, (int)m.msg_controllen, (int)m.msg_namelen);
  for (struct cmsghdr *c = CMSG_FIRSTHDR(&m); c; c = CMSG_NXTHDR(&m, c)) {
    printf(" [level %d type %d length %d", c->cmsg_level, c->cmsg_type, (int)c->cmsg_len);
    if (c->cmsg_type == SCM_RIGHTS) {
      int n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int), *fds = (int *)CMSG_DATA(c);
      printf(" files %d close-on-exec %d", n, fcntl(fds[0], F_GETFD));
      for (int i = got ? 1 : 0; i < n; i++) close(fds[i]);
      if (got) *got = fds[0];
    } else if (c->cmsg_type == SCM_CREDENTIALS && c->cmsg_len == CMSG_LEN(12)) {
      struct ucred *u = (struct ucred *)CMSG_DATA(c);
      printf(" %s %d %d", u->pid == getpid() ? "me" : u->pid == 0 ? "nobody" : "another", u->uid, u->gid);
    }
    printf("]");
  }
  printf("\n");
  fflush(stdout);
}

// A file that only a message holds, while a process ends and everything is judged.
static void file_on_its_way(void) {
  int s[2], carrier[2], got = -1;
  int file = memfd_create("carried", 0);
  char page[4096] = {7}, back = 0;
  write(file, page, sizeof page);
  socketpair(AF_UNIX, SOCK_STREAM, 0, s);
  socketpair(AF_UNIX, SOCK_STREAM, 0, carrier);
  say("send a file", send_fds(s[0], &file, 1, "x"));
  close(file);
  say("send the socket that has it", send_fds(carrier[0], &s[1], 1, "y"));
  close(s[1]);
  if (fork() == 0) _exit(0);
  wait(0);
  receive("got", carrier[1], 100, 1024, 0, &s[1]);
  receive("got", s[1], 100, 1024, 0, &got);
  say("its contents", pread(got, &back, 1, 0) == 1 && back == 7);
  close(got);
  close(s[0]);
  close(s[1]);
  close(carrier[0]);
  close(carrier[1]);
}

static void ancillary(void) {
  printf("-- what travels with bytes\n");
  file_on_its_way();
  int s[2], p[2], got = -1, many[300];
  socketpair(AF_UNIX, SOCK_STREAM, 0, s);
  pipe(p);
  say("send a pipe", send_fds(s[0], &p[1], 1, "pipe"));
  close(p[1]);
  receive("got", s[1], 100, 1024, 0, &got);
  say("write to it", write(got, "through", 7));
  char bytes[20] = {0};
  say("read", read(p[0], bytes, 20));
  close(got);
  say("end", read(p[0], bytes, 20));
  int two[2] = {p[0], s[0]};
  put(s[0], "before ", 0);
  send_fds(s[0], two, 2, "with");
  put(s[0], " behind", 0);
  receive("peek", s[1], 100, 1024, MSG_PEEK, 0);
  receive("up to the files", s[1], 100, 1024, MSG_CMSG_CLOEXEC, 0);
  receive("behind them", s[1], 100, 1024, 0, 0);
  send_fds(s[0], two, 2, "partly");
  receive("a part first", s[1], 2, 1024, 0, 0);
  receive("the files went with it", s[1], 100, 1024, 0, 0);
  send_fds(s[0], two, 2, "no room");
  receive("room for one", s[1], 100, CMSG_LEN(4), 0, 0);
  send_fds(s[0], two, 2, "none");
  receive("room for none", s[1], 100, 0, 0, 0);
  send_fds(s[0], two, 2, "plain");
  get("plain", s[1], 0, 100);
  int bad[1] = {77};
  say("a bad one", send_fds(s[0], bad, 1, "x"));
  for (int i = 0; i < 300; i++) many[i] = p[0];
  say("253", send_fds(s[0], many, 253, "x"));
  say("254", send_fds(s[0], many, 254, "x"));
  receive("many", s[1], 100, 1024, 0, 0);
  // A socket on its way through itself, and one that closes with files on their way.
  say("itself", send_fds(s[0], &s[1], 1, "x"));
  pipe(p);
  send_fds(s[0], &p[1], 1, "x");
  close(p[1]);
  close(s[1]);
  close(s[0]);
  close(p[0]);

  int on = 1;
  socketpair(AF_UNIX, SOCK_DGRAM, 0, s);
  put(s[0], "before", 0);
  setsockopt(s[1], SOL_SOCKET, SO_PASSCRED, &on, sizeof on);
  printf("passes %d\n", option(s[1], SO_PASSCRED));
  put(s[0], "behind", 0);
  receive("sent before", s[1], 100, 1024, 0, 0);
  receive("sent behind", s[1], 100, 1024, 0, 0);
  pid_t child = fork();
  if (child == 0) {
    put(s[0], "child", 0);
    _exit(0);
  }
  waitpid(child, 0, 0);
  receive("of a child", s[1], 100, 1024, 0, 0);
  struct ucred lie = {1, 0, 0};
  char control[CMSG_SPACE(sizeof lie)] = {0};
  struct msghdr m = {.msg_control = control, .msg_controllen = sizeof control};
  struct cmsghdr *c = CMSG_FIRSTHDR(&m);
  c->cmsg_level = SOL_SOCKET;
  c->cmsg_type = SCM_CREDENTIALS;
  c->cmsg_len = CMSG_LEN(sizeof lie);
  memcpy(CMSG_DATA(c), &lie, sizeof lie);
  say("a lie", sendmsg(s[0], &m, 0));
  lie.pid = getpid();
  lie.uid = getuid();
  lie.gid = getgid();
  memcpy(CMSG_DATA(c), &lie, sizeof lie);
  say("the truth", sendmsg(s[0], &m, 0));
  receive("told", s[1], 100, 1024, 0, 0);
  c->cmsg_len = 4;
  say("a short header", sendmsg(s[0], &m, 0));
  put(s[0], "cut short", 0);
  receive("cut", s[1], 4, 1024, 0, 0);
  close(s[0]);
  close(s[1]);
}

static void errors(void) {
  printf("-- errors\n");
  int s = socket(AF_UNIX, SOCK_STREAM, 0), file = open("/dev/null", O_RDWR);
  say("no such family", socket(99, SOCK_STREAM, 0));
  say("no such type", socket(AF_UNIX, 4, 0));
  say("no such flag", socket(AF_UNIX, SOCK_STREAM | 0x100, 0));
  say("no such protocol", socket(AF_UNIX, SOCK_STREAM, 9));
  say("raw", socket(AF_UNIX, SOCK_RAW, 0) >= 0);
  say("not a socket", put(file, "x", 0));
  say("bad descriptor", listen(77, 1));
  struct sockaddr_un a = {.sun_family = AF_INET, .sun_path = "x"};
  say("a family of others", bind(s, (struct sockaddr *)&a, 5));
  a.sun_family = AF_UNIX;
  say("too long", bind(s, (struct sockaddr *)&a, 111));
  say("a bad length", bind(s, (struct sockaddr *)&a, -1));
  say("a bad address", bind(s, (struct sockaddr *)8, 10));
  say("no directory", bind_to(s, "nowhere/x"));
  say("no permission", bind_to(s, "/etc/x"));
  say("a path that ends nowhere", connect_to(s, "nowhere"));
  int value;
  socklen_t length = 4;
  say("no such level", getsockopt(s, 99, 1, &value, &length));
  say("no such option", getsockopt(s, SOL_SOCKET, 999, &value, &length));
  length = 2;
  say("a short length", getsockopt(s, SOL_SOCKET, SO_TYPE, &value, &length));
  printf("length %d\n", (int)length);
  say("short to set", setsockopt(s, SOL_SOCKET, SO_KEEPALIVE, &value, 2));
  say("not to be set", setsockopt(s, SOL_SOCKET, SO_TYPE, &value, 4));
  say("seek", lseek(s, 0, SEEK_SET));
  say("truncate", ftruncate(s, 0));
  say("sync", fsync(s));
  struct stat st;
  fstat(s, &st);
  printf("mode %o flags %x\n", st.st_mode, fcntl(s, F_GETFL));
  char link[64], name[64] = {0};
  sprintf(link, "/proc/self/fd/%d", s);
  readlink(link, name, 63);
  printf("%.8s\n", name);
  close(s);
}

int main(void) {
  char dir[] = "/tmp/socketsXXXXXX";
  if (!mkdtemp(dir) || chdir(dir)) return 1;
  ancillary();
  errors();
  rmdir(dir);
  return 0;
}
