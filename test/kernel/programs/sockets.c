// AF_UNIX: pairs, streams, messages and names.
#include "sockets.h"

static int piped;
static void handler(int signal) { piped++; }

static void streams(void) {
  int s[2];
  say("pair", socketpair(AF_UNIX, SOCK_STREAM, 0, s));
  printf("type %d domain %d protocol %d error %d accepting %d sends %d receives %d\n", option(s[0], SO_TYPE),
         option(s[0], SO_DOMAIN), option(s[0], SO_PROTOCOL), option(s[0], SO_ERROR), option(s[0], SO_ACCEPTCONN),
         option(s[0], SO_SNDBUF), option(s[0], SO_RCVBUF));
  names("pair", s[0]);
  events("empty", s[0]);
  say("send", put(s[0], "hello ", 0));
  say("write", write(s[0], "world", 5));
  events("filled", s[1]);
  int waiting;
  ioctl(s[1], FIONREAD, &waiting);
  printf("waiting %d\n", waiting);
  get("peek", s[1], MSG_PEEK, 8);
  get("part", s[1], 0, 3);
  get("rest", s[1], 0, 100);
  get("nothing", s[1], MSG_DONTWAIT, 100);
  say("nothing sent", send(s[0], "", 0, 0));
  get("nothing came", s[1], MSG_DONTWAIT, 100);
  put(s[0], "abc", 0);
  get("none asked", s[1], 0, 0);
  get("peek all", s[1], MSG_PEEK | MSG_WAITALL | MSG_DONTWAIT, 10);
  pid_t child = fork();
  if (child == 0) {
    usleep(20000);
    put(s[0], "def", 0);
    usleep(20000);
    put(s[0], "ghi", 0);
    _exit(0);
  }
  get("all of it", s[1], MSG_WAITALL, 9);
  waitpid(child, 0, 0);
  say("to a name", sendto(s[0], "x", 1, 0, (struct sockaddr *)&(struct sockaddr_un){AF_UNIX, "x"}, 5));
  say("bad address", send(s[0], (void *)8, 5, 0));
  char byte = 'y';
  say("out of band", recv(s[1], &byte, 1, MSG_OOB | MSG_DONTWAIT));

  // A half-closed connection.
  put(s[1], "last words", 0);
  say("shut down writing", shutdown(s[0], SHUT_WR));
  events("shut for writing", s[0]);
  events("its peer", s[1]);
  say("send after that", put(s[0], "x", MSG_NOSIGNAL));
  get("the end", s[1], 0, 10);
  get("what was on its way", s[0], 0, 100);
  say("bad how", shutdown(s[0], 3));
  say("shut down reading", shutdown(s[0], SHUT_RD));
  events("shut for both", s[0]);
  piped = 0;
  say("peer sends", put(s[1], "x", 0));
  printf("signals %d\n", piped);
  say("peer sends quietly", put(s[1], "x", MSG_NOSIGNAL));
  printf("signals %d\n", piped);
  close(s[0]);
  close(s[1]);

  // A peer that closes, with and without unread bytes.
  socketpair(AF_UNIX, SOCK_STREAM, 0, s);
  put(s[0], "unread", 0);
  put(s[1], "read", 0);
  close(s[1]);
  events("peer gone", s[0]);
  printf("error %d\n", option(s[0], SO_ERROR));
  printf("error %d\n", option(s[0], SO_ERROR));
  get("still there", s[0], 0, 10);
  get("the end", s[0], 0, 10);
  say("write", write(s[0], "x", 1));
  close(s[0]);
  socketpair(AF_UNIX, SOCK_STREAM, 0, s);
  put(s[0], "unread", 0);
  close(s[1]);
  get("reset", s[0], 0, 10);
  get("then the end", s[0], 0, 10);
  names("closed", s[0]);
  close(s[0]);

  // How much fits, and when there is room again.
  socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, s);
  static char large[400000];
  say("fits", write(s[0], large, sizeof large));
  say("full", write(s[0], large, 1));
  events("full", s[0]);
  int epoll = epoll_create1(0), rounds = 0;
  struct epoll_event event = {.events = EPOLLOUT | EPOLLET};
  epoll_ctl(epoll, EPOLL_CTL_ADD, s[0], &event);
  say("no room", epoll_wait(epoll, &event, 1, 0));
  while (epoll_wait(epoll, &event, 1, 0) == 0) {
    read(s[1], large, 36544);
    rounds++;
  }
  printf("room after %d, events %x\n", rounds, event.events);
  int small = 0;
  while (write(s[1], large, 1) == 1) small++;
  printf("single bytes: %d\n", small);
  say("set", setsockopt(s[0], SOL_SOCKET, SO_SNDBUF, &(int){10000}, 4));
  printf("send buffer %d\n", option(s[0], SO_SNDBUF));
  close(epoll);
  close(s[0]);
  close(s[1]);
  // A writer that waits for a reader.
  socketpair(AF_UNIX, SOCK_STREAM, 0, s);
  child = fork();
  if (child == 0) {
    close(s[1]);
    long sent = write(s[0], large, sizeof large);
    _exit(sent == sizeof large ? 5 : 6);
  }
  close(s[0]);
  long total = 0, count;
  while ((count = read(s[1], large, 50000)) > 0) total += count;
  int status;
  waitpid(child, &status, 0);
  printf("total %ld status %d\n", total, WEXITSTATUS(status));
  close(s[1]);
  socketpair(AF_UNIX, SOCK_STREAM, 0, s);
  struct timeval limit = {0, 30000};
  say("time limit", setsockopt(s[0], SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit));
  get("timed out", s[0], 0, 1);
  char one;
  say("timed out in read", read(s[0], &one, 1));
  close(s[0]);
  close(s[1]);
}

static void packets(int type, const char *name) {
  printf("-- %s\n", name);
  int s[2];
  say("pair", socketpair(AF_UNIX, type, 0, s));
  say("one", put(s[0], "first", 0));
  say("empty", send(s[0], "", 0, 0));
  say("two", put(s[0], "second message", 0));
  get("peek", s[1], MSG_PEEK, 100);
  get("first", s[1], 0, 100);
  get("empty", s[1], 0, 100);
  int waiting;
  ioctl(s[1], FIONREAD, &waiting);
  printf("waiting %d\n", waiting);
  get("cut, its length", s[1], MSG_TRUNC, 6);
  get("the rest is lost", s[1], MSG_DONTWAIT, 100);
  static char large[300000];
  say("too long", send(s[0], large, sizeof large, MSG_DONTWAIT));
  say("just right", send(s[0], large, 212992 - 32, MSG_DONTWAIT));
  say("recv", recv(s[1], large, sizeof large, 0));
  int count = 0;
  while (send(s[0], large, 1, MSG_DONTWAIT) == 1) count++;
  printf("%d fit, then %s\n", count, strerrorname_np(errno));
  events("full", s[0]);
  while (recv(s[1], large, 1, MSG_DONTWAIT) == 1) count--;
  printf("%d left\n", count);
  put(s[1], "unread", 0);
  put(s[0], "unread", 0);
  close(s[1]);
  events("peer gone", s[0]);
  get("receive 1", s[0], MSG_DONTWAIT, 100);
  get("receive 2", s[0], MSG_DONTWAIT, 100);
  get("receive 3", s[0], MSG_DONTWAIT, 100);
  piped = 0;
  say("send", put(s[0], "x", 0));
  say("send again", put(s[0], "x", 0));
  printf("signals %d\n", piped);
  close(s[0]);
  socketpair(AF_UNIX, type, 0, s);
  shutdown(s[0], SHUT_WR);
  events("shut for writing", s[0]);
  events("its peer", s[1]);
  say("send", put(s[0], "x", 0));
  get("receive", s[1], MSG_DONTWAIT, 100);
  shutdown(s[1], SHUT_RD);
  get("receive after the end", s[1], 0, 100);
  get("and not waiting", s[1], MSG_DONTWAIT, 100);
  say("send to the deaf", put(s[0], "x", 0));
  close(s[0]);
  close(s[1]);
}

static void listening(int type, const char *path) {
  printf("-- listening at %s\n", path);
  int server = socket(AF_UNIX, type, 0), client = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
  events("new", client);
  names("new", client);
  get("not connected", client, MSG_DONTWAIT, 1);
  say("send", put(client, "x", MSG_NOSIGNAL));
  say("listen without a name", listen(server, 1));
  say("connect: nobody", connect_to(client, path));
  say("bind", bind_to(server, path));
  say("bind again", bind_to(server, path));
  say("another name", bind_to(server, path[0] == '@' ? "@other" : "other"));
  say("connect: not listening", connect_to(client, path));
  say("accept: not listening", accept(server, 0, 0));
  say("listen", listen(server, 1));
  printf("accepting %d\n", option(server, SO_ACCEPTCONN));
  say("connect a listening one", connect_to(server, path));
  events("listening", server);
  fcntl(server, F_SETFL, O_NONBLOCK);
  say("accept: nobody", accept(server, 0, 0));
  say("connect", connect_to(client, path));
  say("connect again", connect_to(client, path));
  names("client", client);
  events("a connection", server);
  say("send before it is accepted", put(client, "early", 0));
  struct sockaddr_un a;
  memset(&a, 0, sizeof a);
  socklen_t length = sizeof a;
  int connection = accept4(server, (struct sockaddr *)&a, &length, SOCK_CLOEXEC | SOCK_NONBLOCK);
  printf("accepted %s, flags %x, close on exec %d\n", connection >= 0 ? "yes" : strerrorname_np(errno),
         fcntl(connection, F_GETFL), fcntl(connection, F_GETFD));
  show("from", 0, &a, length);
  names("connection", connection);
  get("early", connection, 0, 10);
  struct ucred credentials;
  length = sizeof credentials;
  getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &credentials, &length);
  printf("peer: %d %d %d\n", credentials.pid == getpid(), credentials.uid, credentials.gid);
  say("bad accept flags", accept4(server, 0, 0, 1));
  say("send on a listening one", put(server, "x", MSG_NOSIGNAL));
  get("receive on a listening one", server, 0, 1);
  // A full backlog.
  int more[4];
  for (int i = 0; i < 4; i++) {
    more[i] = socket(AF_UNIX, type | SOCK_NONBLOCK, 0);
    say("one more", connect_to(more[i], path));
  }
  pid_t child = fork();
  if (child == 0) {
    usleep(20000);
    int taken = accept(server, 0, 0);
    _exit(taken < 0);
  }
  int patient = socket(AF_UNIX, type, 0);
  say("waits for room", connect_to(patient, path));
  waitpid(child, 0, 0);
  get("its end is gone with its process", more[0], 0, 1);
  close(server);
  get("never accepted", more[1], 0, 1);
  get("never accepted", patient, 0, 1);
  say("server gone", connect_to(more[3], path));
  for (int i = 0; i < 4; i++) close(more[i]);
  close(patient);
  struct stat st;
  if (path[0] != '@') {
    say("stat", stat(path, &st));
    printf("mode %o\n", st.st_mode);
    say("open", open(path, O_RDWR));
    int other = socket(AF_UNIX, type, 0);
    say("in use", bind_to(other, path));
    close(other);
    say("unlink", unlink(path));
  }
  close(client);
  get("client closed", connection, 0, 1);
  close(connection);
}

static void datagrams(void) {
  printf("-- datagrams with names\n");
  int one = socket(AF_UNIX, SOCK_DGRAM, 0), two = socket(AF_UNIX, SOCK_DGRAM, 0);
  int three = socket(AF_UNIX, SOCK_DGRAM, 0);
  socklen_t length;
  struct sockaddr_un a = address("one", &length);
  say("listen", listen(one, 1));
  say("accept", accept(one, 0, 0));
  say("nowhere", put(two, "x", 0));
  say("no such name", sendto(two, "x", 1, 0, (struct sockaddr *)&a, length));
  say("bind", bind_to(one, "one"));
  say("bind", bind_to(two, "@two"));
  say("sendto", sendto(two, "from two", 8, 0, (struct sockaddr *)&a, length));
  say("sendto", sendto(three, "from three", 10, 0, (struct sockaddr *)&a, length));
  for (int i = 0; i < 2; i++) {
    char bytes[20] = {0};
    memset(&a, 0, sizeof a);
    length = sizeof a;
    long count = recvfrom(one, bytes, 20, 0, (struct sockaddr *)&a, &length);
    printf("%ld %s, ", count, bytes);
    show("from", 0, &a, length);
  }
  a = address("one", &length);
  say("connect", connect_to(two, "one"));
  names("two", two);
  say("connected send", put(two, "x", 0));
  get("it came", one, 0, 10);
  say("one back", connect_to(one, "@two"));
  say("three is not heard", sendto(three, "x", 1, 0, (struct sockaddr *)&a, length));
  say("three cannot connect", connect_to(three, "one"));
  a.sun_family = AF_UNSPEC;
  say("let go", connect(one, (struct sockaddr *)&a, length));
  names("one", one);
  a = address("one", &length);
  fcntl(three, F_SETFL, O_NONBLOCK);
  int count = 0;
  while (sendto(three, "x", 1, 0, (struct sockaddr *)&a, length) == 1) count++;
  // The limit of messages is a setting of the host's.
  printf("%s, then %s\n", count >= 10 ? "some" : "too few", strerrorname_np(errno));
  close(one);
  say("receiver gone", put(two, "x", 0));
  say("and forgotten", put(two, "x", 0));
  int stream = socket(AF_UNIX, SOCK_STREAM, 0);
  bind_to(stream, "stream");
  say("another type", connect_to(two, "stream"));
  say("no socket", connect_to(two, "/etc/passwd"));
  chmod("stream", 0);
  say("no permission", connect_to(two, "stream"));
  close(stream);
  close(two);
  close(three);
  unlink("stream");
  unlink("one");
  int self = socket(AF_UNIX, SOCK_DGRAM, 0);
  a.sun_family = AF_UNIX;
  say("a name of its own", bind(self, (struct sockaddr *)&a, 2));
  memset(&a, 0, sizeof a);
  length = sizeof a;
  getsockname(self, (struct sockaddr *)&a, &length);
  printf("length %d, first %d\n", (int)length, a.sun_path[0]);
  say("to itself", connect(self, (struct sockaddr *)&a, length));
  put(self, "echo", 0);
  get("echo", self, 0, 10);
  close(self);
}

int main(void) {
  char dir[] = "/tmp/socketsXXXXXX";
  if (!mkdtemp(dir) || chdir(dir)) return 1;
  struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART};
  sigaction(SIGPIPE, &action, 0);
  streams();
  packets(SOCK_DGRAM, "datagrams");
  packets(SOCK_SEQPACKET, "packets in sequence");
  listening(SOCK_STREAM, "server");
  listening(SOCK_SEQPACKET, "@server");
  datagrams();
  rmdir(dir);
  return 0;
}
