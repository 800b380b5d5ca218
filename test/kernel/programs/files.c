// What a program sees of files: contents, names, metadata and errors.
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

static void report(const char *what, long result) {
  if (result < 0) printf("%s: %s\n", what, strerrorname_np(errno));
  else printf("%s: %ld\n", what, result);
}

static int byName(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

static void list(const char *path) {
  DIR *d = opendir(path);
  if (!d) { printf("opendir %s: %s\n", path, strerrorname_np(errno)); return; }
  char *names[64];
  int n = 0;
  for (struct dirent *e; (e = readdir(d));) {
    char line[300];
    snprintf(line, sizeof line, "%s(%d)", e->d_name, e->d_type);
    names[n++] = strdup(line);
  }
  closedir(d);
  qsort(names, n, sizeof *names, byName);
  printf("%s:", path);
  for (int i = 0; i < n; i++) printf(" %s", names[i]);
  printf("\n");
}

static void seekSparse(void) {
  static const off_t offsets[] = {-1, 0, 100, 16384, 18000, 20480, 40000, 40960, 65535, 65536};
  int fd = memfd_create("sparse", 0);
  ftruncate(fd, 65536);
  pwrite(fd, "data", 4, 16384);
  pwrite(fd, "more", 4, 41000);
  for (unsigned i = 0; i < sizeof offsets / sizeof *offsets; i++) {
    errno = 0;
    long data = lseek(fd, offsets[i], 3 /* SEEK_DATA */);
    int dataErrno = errno;
    errno = 0;
    long hole = lseek(fd, offsets[i], 4 /* SEEK_HOLE */);
    printf("from %ld: data %ld (%d) hole %ld (%d)\n", (long)offsets[i], data, dataErrno, hole, errno);
  }
  printf("at %ld\n", (long)lseek(fd, 0, SEEK_CUR));
  close(fd);
}

int main(void) {
  seekSparse();
  char dir[] = "/tmp/files.XXXXXX", buf[100];
  struct stat st;
  if (!mkdtemp(dir) || chdir(dir)) return 1;
  umask(027);
  report("open missing", open("missing", O_RDONLY));
  int fd = open("a", O_CREAT | O_EXCL | O_RDWR, 0666);
  report("create", fd);
  report("create again", open("a", O_CREAT | O_EXCL | O_RDWR, 0666));
  report("write", write(fd, "hello world\n", 12));
  report("pwrite", pwrite(fd, "J", 1, 0));
  report("lseek", lseek(fd, 6, SEEK_SET));
  long got = read(fd, buf, sizeof buf);
  printf("read %ld: %.*s", got, (int)got, buf);
  report("read at end", read(fd, buf, 10));
  report("lseek past end", lseek(fd, 100, SEEK_END));
  report("write there", write(fd, "x", 1));
  report("lseek negative", lseek(fd, -1, SEEK_SET));
  report("lseek whence", lseek(fd, 0, 9));
  fstat(fd, &st);
  printf("size %ld mode %o links %ld\n", (long)st.st_size, st.st_mode, (long)st.st_nlink);
  report("ftruncate", ftruncate(fd, 5));
  report("pread hole", pread(fd, buf, 10, 0));
  struct iovec parts[] = {{"one ", 4}, {"", 0}, {"two\n", 4}};
  lseek(fd, 0, SEEK_END);
  report("writev", writev(fd, parts, 3));
  report("read bad pointer", read(fd, (void *)8, 1) < 0 ? -1 : 0);
  lseek(fd, 0, SEEK_SET);
  report("read bad pointer at start", read(fd, (void *)8, 1));
  report("write bad pointer", write(fd, (void *)8, 1));
  report("close", close(fd));
  report("close again", close(fd));
  report("write closed", write(fd, "x", 1));
  report("open read only", fd = open("a", O_RDONLY));
  report("write read only", write(fd, "x", 1));
  report("ftruncate read only", ftruncate(fd, 0));
  int copy = dup(fd);
  lseek(fd, 3, SEEK_SET);
  report("offset of dup", lseek(copy, 0, SEEK_CUR));
  report("dup2", dup2(fd, 17));
  report("F_GETFD", fcntl(17, F_GETFD));
  report("F_DUPFD_CLOEXEC", fcntl(fd, F_DUPFD_CLOEXEC, 30));
  report("F_GETFD", fcntl(30, F_GETFD));
  report("F_GETFL", fcntl(fd, F_GETFL) & O_ACCMODE);
  int append = open("a", O_WRONLY | O_APPEND);
  lseek(append, 0, SEEK_SET);
  write(append, "end\n", 4);
  got = pread(fd, buf, sizeof buf, 0);
  printf("after append %ld: %.*s", got, (int)got, buf);

  report("mkdir", mkdir("d", 0777));
  report("mkdir again", mkdir("d", 0777));
  report("mkdir under file", mkdir("a/x", 0777));
  report("link", link("a", "d/b"));
  report("symlink", symlink("d/b", "s"));
  report("dangling", symlink("nowhere", "dangling"));
  report("loop", symlink("loop", "loop"));
  report("open loop", open("loop", O_RDONLY));
  report("open dangling", open("dangling", O_RDONLY));
  report("create through dangling", open("dangling", O_CREAT | O_WRONLY, 0600));
  report("O_NOFOLLOW", open("s", O_RDONLY | O_NOFOLLOW));
  got = readlink("s", buf, sizeof buf);
  printf("readlink %.*s\n", (int)got, buf);
  report("readlink file", readlink("a", buf, sizeof buf));
  stat("s", &st);
  printf("through link: links %ld\n", (long)st.st_nlink);
  lstat("s", &st);
  printf("link itself: mode %o size %ld\n", st.st_mode, (long)st.st_size);
  list(".");
  report("rmdir full", rmdir("d"));
  report("unlink dir", unlink("d"));
  report("rmdir file", rmdir("a"));
  report("rename", rename("a", "d/c"));
  report("rename onto dir", rename("d/c", "d"));
  report("rename dir into itself", rename("d", "d/e"));
  report("rename over", rename("d/c", "nowhere"));
  report("stat old", stat("a", &st));
  report("unlink", unlink("d/b"));
  report("rmdir", rmdir("d"));
  report("open trailing slash", open("nowhere/", O_RDONLY));
  report("open dir for writing", open(".", O_WRONLY));
  report("read dir", read(open(".", O_RDONLY), buf, 1));
  report("O_DIRECTORY", open("nowhere", O_RDONLY | O_DIRECTORY));
  report("access", access("nowhere", R_OK | W_OK));
  report("access x", access("nowhere", X_OK));
  report("chmod", chmod("nowhere", 0400));
  report("write protected", open("nowhere", O_WRONLY));
  report("empty path", open("", O_RDONLY));
  char longName[300];
  memset(longName, 'n', 299);
  longName[299] = 0;
  report("long name", open(longName, O_RDONLY));
  report("write root", open("/etc/shadow-copy", O_CREAT | O_WRONLY, 0600));
  list(".");
  fd = open("gone", O_CREAT | O_RDWR, 0600);
  unlink("gone");
  report("write unlinked", write(fd, "still here", 10));
  fstat(fd, &st);
  printf("unlinked: links %ld size %ld\n", (long)st.st_nlink, (long)st.st_size);
  report("getcwd too small", getcwd(buf, 3) ? 0 : -1);
  printf("cwd is right: %d\n", getcwd(buf, sizeof buf) && strcmp(buf, dir) == 0);
  fd = open("/dev/null", O_RDWR);
  report("null write", write(fd, "x", 1));
  report("null read", read(fd, buf, 1));
  fd = open("/dev/zero", O_RDONLY);
  buf[3] = 1;
  report("zero read", read(fd, buf, 4));
  printf("zero: %d\n", buf[3]);
  report("full write", write(open("/dev/full", O_WRONLY), "x", 1));
  return 0;
}
