/* Files in the current folder: create, write, seek, append, truncate, rename, stat, list, remove. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void show(const char *what, long result) {
  if (result < 0) printf("%s: %s\n", what, strerror(errno));
  else printf("%s: %ld\n", what, result);
}

static long size_of(const char *path) {
  struct stat status;
  return stat(path, &status) < 0 ? -1 : (long)status.st_size;
}

static int by_name(const void *left, const void *right) {
  return strcmp((const char *)left, (const char *)right);
}

static void list(const char *path) {
  char names[16][32];
  int count = 0;
  DIR *directory = opendir(path);
  if (!directory) {
    show("opendir", -1);
    return;
  }
  for (struct dirent *entry; (entry = readdir(directory)) && count < 16;) {
    snprintf(names[count++], sizeof names[0], "%.30s", entry->d_name);
  }
  closedir(directory);
  qsort(names, (size_t)count, sizeof names[0], by_name);
  for (int i = 0; i < count; i++) printf("%s ", names[i]);
  printf("\n");
}

int main(void) {
  char buffer[64] = "";
  umask(022);
  show("mkdir", mkdir("work", 0755));
  show("mkdir again", mkdir("work", 0755));
  show("chdir", chdir("work"));
  int fd = open("data", O_RDWR | O_CREAT | O_EXCL, 0644);
  show("open", fd >= 3 ? 3 : -1);
  show("open exclusively again", open("data", O_RDWR | O_CREAT | O_EXCL, 0644));
  show("write", write(fd, "0123456789", 10));
  show("seek", lseek(fd, -4, SEEK_END));
  show("read", read(fd, buffer, sizeof buffer));
  printf("%.4s\n", buffer);
  show("read at the end", read(fd, buffer, sizeof buffer));
  show("pwrite past the end", pwrite(fd, "xyz", 3, 20));
  show("size", size_of("data"));
  show("pread", pread(fd, buffer, 23, 0));
  for (int i = 0; i < 23; i++) putchar(buffer[i] ? buffer[i] : '.');
  putchar('\n');
  show("ftruncate shorter", ftruncate(fd, 5));
  show("ftruncate longer", ftruncate(fd, 8));
  show("pread", pread(fd, buffer, 23, 0));
  for (int i = 0; i < 8; i++) putchar(buffer[i] ? buffer[i] : '.');
  putchar('\n');
  show("seek before the start", lseek(fd, -1, SEEK_SET));
  int copy = dup(fd);
  lseek(fd, 2, SEEK_SET);
  show("offset is shared by dup", lseek(copy, 0, SEEK_CUR));
  show("close", close(copy));
  show("close again", close(copy));
  show("read from a closed one", read(copy, buffer, 1));
  show("close", close(fd));

  FILE *stream = fopen("data", "a");
  fprintf(stream, "appended %d\n", 42);
  show("fclose", fclose(stream));
  stream = fopen("data", "r+");
  show("fseek", fseek(stream, 8, SEEK_SET));
  printf("%s", fgets(buffer, sizeof buffer, stream));
  show("ftell", ftell(stream));
  show("fgetc at the end", fgetc(stream) == EOF && feof(stream));
  rewind(stream);
  fputc('#', stream);
  fflush(stream);
  show("fgetc", (fseek(stream, 0, SEEK_SET), fgetc(stream)));
  show("ungetc", ungetc('!', stream));
  show("fgetc", fgetc(stream));
  fclose(stream);
  stream = fopen("numbers", "w");
  for (int i = 0; i < 1000; i++) fprintf(stream, "line %d\n", i);
  fclose(stream);
  show("size", size_of("numbers"));
  char *line = NULL;
  size_t capacity = 0;
  long lines = 0, bytes = 0;
  stream = fopen("numbers", "r");
  for (ssize_t length; (length = getline(&line, &capacity, stream)) > 0; lines++) bytes += length;
  printf("%ld lines, %ld bytes, last %s", lines, bytes, line);
  free(line);
  fclose(stream);

  show("rename", rename("numbers", "renamed"));
  show("size of the old name", size_of("numbers"));
  show("link", link("data", "hard"));
  struct stat status;
  stat("hard", &status);
  show("links", (long)status.st_nlink);
  show("mode", status.st_mode & 0777);
  show("symlink", symlink("data", "soft"));
  show("readlink", readlink("soft", buffer, sizeof buffer));
  show("through it", size_of("soft"));
  lstat("soft", &status);
  show("is a link", S_ISLNK(status.st_mode));
  show("mkdir", mkdir("sub", 0700));
  list(".");
  show("unlink a directory", unlink("sub"));
  show("open a directory to write", open("sub", O_WRONLY));
  show("read a directory", read(open("sub", O_RDONLY), buffer, 1));
  show("rmdir", rmdir("sub"));
  show("unlink", unlink("soft"));
  show("unlink", unlink("hard"));
  show("unlink", unlink("renamed"));
  show("rmdir not empty", rmdir("../work"));
  show("unlink", unlink("data"));
  show("unlink nothing", unlink("data"));
  show("a path through a file", (close(creat("plain", 0600)), open("plain/x", O_RDONLY)));
  show("unlink", unlink("plain"));
  list(".");
  char here[256];
  char *name = strrchr(getcwd(here, sizeof here), '/');
  printf("%s\n", name);
  show("chdir", chdir(".."));
  show("rmdir", rmdir("work"));
  return 0;
}
