// openat2: what its structure may hold, and where its paths may lead.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static int folder;

static void try(const char *what, int from, const char *path, struct open_how how) {
  long fd = syscall(SYS_openat2, from, path, &how, sizeof how);
  char link[64], name[256] = "";
  if (fd < 0) {
    printf("%s: %s\n", what, strerrorname_np(errno));
    return;
  }
  sprintf(link, "/proc/self/fd/%ld", fd);
  readlink(link, name, sizeof name - 1);
  // The program's own name depends on who compiled it.
  printf("%s: opened %s\n", what, strcmp(path, "/proc/self/exe") == 0 ? path : strrchr(name, '/'));
  close(fd);
}

static void resolve(const char *path) {
  static const struct {
    const char *name;
    unsigned long bits;
  } ways[] = {
      {"anywhere", 0},
      {"no symlinks", RESOLVE_NO_SYMLINKS},
      {"no magic links", RESOLVE_NO_MAGICLINKS},
      {"no other device", RESOLVE_NO_XDEV},
      {"beneath", RESOLVE_BENEATH},
      {"in root", RESOLVE_IN_ROOT},
  };
  for (unsigned i = 0; i < sizeof ways / sizeof *ways; i++) {
    // Whether /tmp lies on another device than / depends on the machine.
    if (ways[i].bits == RESOLVE_NO_XDEV && strcmp(path, "absolute") == 0) continue;
    char what[300];
    snprintf(what, sizeof what, "%s, %s", path, ways[i].name);
    try(what, folder, path, (struct open_how){.flags = O_RDONLY, .resolve = ways[i].bits});
  }
}

static long sized(const void *how, size_t size) {
  long fd = syscall(SYS_openat2, folder, "file", how, size);
  if (fd < 0) return -errno;
  close(fd);
  return 0;
}

int main(void) {
  char name[] = "/tmp/openat2XXXXXX";
  if (!mkdtemp(name) || chdir(name)) return 1;
  mkdir("inner", 0700);
  close(creat("outside", 0600));
  close(creat("inner/file", 0600));
  mkdir("inner/deep", 0700);
  close(creat("inner/deep/file", 0600));
  symlink("file", "inner/link");
  symlink("deep", "inner/folder");
  symlink("../outside", "inner/up");
  symlink("/file", "inner/absolute");
  symlink("nowhere", "inner/dangling");
  folder = open("inner", O_PATH | O_DIRECTORY);

  resolve("file");
  resolve("deep/../file");
  resolve("link");
  resolve("folder/file");
  resolve("up");
  resolve("../outside");
  resolve("../file");
  resolve("absolute");
  resolve("/proc/version");
  resolve("/proc/self/exe");
  resolve("missing");
  resolve("");

  try("beneath and in root", folder, "file", (struct open_how){.resolve = RESOLVE_BENEATH | RESOLVE_IN_ROOT});
  try("unknown way", folder, "file", (struct open_how){.resolve = 1 << 20});
  try("far unknown way", folder, "file", (struct open_how){.resolve = 1UL << 40});
  try("unknown flag", folder, "file", (struct open_how){.flags = 1UL << 30});
  try("far unknown flag", folder, "file", (struct open_how){.flags = 1UL << 40});
  try("mode without making", folder, "file", (struct open_how){.mode = 0600});
  try("mode", folder, "made", (struct open_how){.flags = O_CREAT | O_WRONLY, .mode = 0600});
  try("bad mode", folder, "made", (struct open_how){.flags = O_CREAT | O_WRONLY, .mode = 010000});
  try("a name", folder, "file", (struct open_how){.flags = O_PATH | O_NOFOLLOW});
  try("a name to write", folder, "file", (struct open_how){.flags = O_PATH | O_RDWR});
  try("made through a link", folder, "dangling", (struct open_how){.flags = O_CREAT | O_RDWR, .mode = 0600});
  try("made above", folder, "../made", (struct open_how){.flags = O_CREAT | O_RDWR, .mode = 0600, .resolve = RESOLVE_BENEATH});
  try("made in the root", folder, "/made2", (struct open_how){.flags = O_CREAT | O_RDWR, .mode = 0600, .resolve = RESOLVE_IN_ROOT});
  try("from nowhere", -1, "file", (struct open_how){0});
  try("from nowhere, absolute", -1, "/tmp", (struct open_how){.flags = O_PATH});
  try("from nowhere, in root", -1, "/tmp", (struct open_how){.flags = O_PATH, .resolve = RESOLVE_IN_ROOT});

  struct {
    struct open_how how;
    unsigned long more;
  } longer = {{0}, 0};
  printf("sizes: %ld %ld %ld", sized(&longer, sizeof longer), sized(&longer, 23), sized(&longer, 0));
  longer.more = 1;
  printf(" %ld %ld %ld\n", sized(&longer, sizeof longer), sized(&longer, 5000), sized((void *)8, 24));
  return 0;
}
