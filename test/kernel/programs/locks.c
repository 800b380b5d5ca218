// Advisory locks: records of processes and of open files, and flock.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

static void say(const char *what, int result) {
  if (result < 0) printf("%s: %s\n", what, strerrorname_np(errno));
  else printf("%s: %d\n", what, result);
  fflush(stdout);
}

static int lock(int fd, int command, int type, int whence, long start, long length) {
  struct flock l = {.l_type = type, .l_whence = whence, .l_start = start, .l_len = length};
  return fcntl(fd, command, &l);
}

static void ask(const char *what, int fd, int command, int type, long start, long length, pid_t expected) {
  struct flock l = {.l_type = type, .l_whence = SEEK_SET, .l_start = start, .l_len = length};
  if (fcntl(fd, command, &l) < 0) {
    say(what, -1);
    return;
  }
  printf("%s: type %d", what, l.l_type);
  if (l.l_type != F_UNLCK)
    printf(" whence %d start %ld length %ld %s", l.l_whence, (long)l.l_start, (long)l.l_len,
           l.l_pid == expected ? "of whom it should be" : "of somebody else");
  printf("\n");
  fflush(stdout);
}

static int child(void (*body)(int), int argument) {
  fflush(stdout);
  pid_t pid = fork();
  if (pid == 0) {
    body(argument);
    fflush(stdout);
    _exit(0);
  }
  int status;
  waitpid(pid, &status, 0);
  return status;
}

static void from_child(int fd) {
  pid_t parent = getppid();
  ask("read over all", fd, F_GETLK, F_RDLCK, 0, 0, parent);
  ask("write over a read lock", fd, F_GETLK, F_WRLCK, 40, 5, parent);
  ask("read over a read lock", fd, F_GETLK, F_RDLCK, 40, 5, parent);
  ask("behind all", fd, F_GETLK, F_WRLCK, 1000, 1, parent);
  say("locked, not waiting", lock(fd, F_SETLK, F_WRLCK, SEEK_SET, 15, 1));
  say("free", lock(fd, F_SETLK, F_WRLCK, SEEK_SET, 25, 5));
  say("unlock what is another's", lock(fd, F_SETLK, F_UNLCK, SEEK_SET, 0, 0));
}

static void see(int fd) {
  ask("seen", fd, F_GETLK, F_WRLCK, 0, 0, getppid());
}

static void flock_in_child(int fd) {
  int own = open("file", O_RDWR);
  say("flock, another description", flock(own, LOCK_EX | LOCK_NB));
  say("flock shared, another description", flock(own, LOCK_SH | LOCK_NB));
  say("flock, inherited description", flock(fd, LOCK_EX | LOCK_NB));
}

static void nothing(int signal) { (void)signal; }

static void wait_for(int fd) {
  int result = lock(fd, F_SETLKW, F_WRLCK, SEEK_SET, 0, 1);
  usleep(50000); // Who gave it up speaks first.
  say("waited for", result);
}

static void interrupted(int fd) {
  struct sigaction action = {.sa_handler = nothing};
  sigaction(SIGALRM, &action, 0);
  alarm(1);
  say("interrupted", lock(fd, F_SETLKW, F_WRLCK, SEEK_SET, 0, 1));
}

int main(void) {
  char dir[] = "/tmp/locksXXXXXX";
  if (!mkdtemp(dir) || chdir(dir)) return 1;
  int fd = open("file", O_RDWR | O_CREAT | O_TRUNC, 0600);
  ftruncate(fd, 100);
  say("write lock", lock(fd, F_SETLK, F_WRLCK, SEEK_SET, 10, 10));
  say("read lock from the end", lock(fd, F_SETLK, F_RDLCK, SEEK_END, -70, 20));
  say("negative length", lock(fd, F_SETLK, F_WRLCK, SEEK_SET, 10, -5));
  child(from_child, fd);
  say("in the middle", lock(fd, F_SETLK, F_UNLCK, SEEK_SET, 12, 3));
  child(see, fd);
  say("the head", lock(fd, F_SETLK, F_UNLCK, SEEK_SET, 0, 12));
  child(see, fd);

  say("before the file", lock(fd, F_SETLK, F_WRLCK, SEEK_SET, -1, 10));
  say("a negative length that leads there", lock(fd, F_SETLK, F_WRLCK, SEEK_SET, 5, -6));
  say("a bad whence", lock(fd, F_SETLK, F_WRLCK, 9, 0, 1));
  say("a bad type", lock(fd, F_SETLK, 9, SEEK_SET, 0, 1));
  say("ask for unlock", lock(fd, F_GETLK, F_UNLCK, SEEK_SET, 0, 1));
  say("a bad address", fcntl(fd, F_SETLK, (struct flock *)8));
  say("a bad descriptor", lock(77, F_SETLK, F_RDLCK, SEEK_SET, 0, 1));
  int reader = open("file", O_RDONLY), writer = open("file", O_WRONLY);
  say("write lock on a reader", lock(reader, F_SETLK, F_WRLCK, SEEK_SET, 0, 1));
  say("read lock on a writer", lock(writer, F_SETLK, F_RDLCK, SEEK_SET, 0, 1));
  close(reader);
  child(see, fd);

  // Open file description locks.
  int other = open("file", O_RDWR);
  say("of the description", lock(fd, F_OFD_SETLK, F_WRLCK, SEEK_SET, 0, 10));
  say("of another description", lock(other, F_OFD_SETLK, F_WRLCK, SEEK_SET, 5, 10));
  say("of the process, over it", lock(fd, F_SETLK, F_RDLCK, SEEK_SET, 5, 1));
  ask("who", other, F_OFD_GETLK, F_WRLCK, 0, 0, -1);
  say("given up", lock(fd, F_OFD_SETLK, F_UNLCK, SEEK_SET, 0, 0));

  // flock.
  say("flock", flock(fd, LOCK_EX));
  say("flock and records do not see each other", lock(other, F_SETLK, F_WRLCK, SEEK_SET, 0, 0));
  child(flock_in_child, fd);
  say("flock shared", flock(fd, LOCK_SH));
  say("flock shared too", flock(other, LOCK_SH | LOCK_NB));
  say("flock up", flock(fd, LOCK_EX | LOCK_NB));
  say("flock again", flock(other, LOCK_EX | LOCK_NB));
  say("flock unlock", flock(other, LOCK_UN));
  say("flock nothing", flock(other, 0));
  say("flock both", flock(other, LOCK_SH | LOCK_EX));
  say("flock bad descriptor", flock(77, LOCK_SH));

  // Waiting.
  close(other);
  say("mine", lock(fd, F_SETLK, F_WRLCK, SEEK_SET, 0, 0));
  child(interrupted, fd);
  pid_t waiter = fork();
  if (waiter == 0) {
    wait_for(fd);
    _exit(0);
  }
  usleep(50000);
  int released = lock(fd, F_SETLK, F_UNLCK, SEEK_SET, 0, 0);
  waitpid(waiter, 0, 0);
  say("released", released);

  // Two that wait for each other.
  int second = open("second", O_RDWR | O_CREAT, 0600), ready[2];
  pipe(ready);
  say("first file", lock(fd, F_SETLK, F_WRLCK, SEEK_SET, 0, 1));
  pid_t rival = fork();
  if (rival == 0) {
    lock(second, F_SETLK, F_WRLCK, SEEK_SET, 0, 1);
    write(ready[1], "x", 1);
    _exit(lock(fd, F_SETLKW, F_WRLCK, SEEK_SET, 0, 1) == 0 ? 0 : 1);
  }
  char byte;
  read(ready[0], &byte, 1);
  usleep(50000);
  say("deadlock", lock(second, F_SETLKW, F_WRLCK, SEEK_SET, 0, 1));
  close(fd);
  int status;
  waitpid(rival, &status, 0);
  printf("the rival got its lock: %d\n", status);
  unlink("file");
  unlink("second");
  rmdir(dir);
  return 0;
}
