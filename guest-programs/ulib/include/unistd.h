/* POSIX <unistd.h>. */
#pragma once
#include <sys/types.h>

#define STDIN_FILENO 0
#define STDOUT_FILENO 1
#define STDERR_FILENO 2

#define F_OK 0
#define X_OK 1
#define W_OK 2
#define R_OK 4

#ifndef SEEK_SET
#define SEEK_SET 0
#define SEEK_CUR 1
#define SEEK_END 2
#endif

#define _SC_PAGESIZE 30

extern char **environ;
extern char *optarg;
extern int optind, opterr, optopt;

ssize_t read(int fd, void *target, size_t size);
ssize_t write(int fd, const void *source, size_t size);
ssize_t pread(int fd, void *target, size_t size, off_t offset);
ssize_t pwrite(int fd, const void *source, size_t size, off_t offset);
off_t lseek(int fd, off_t offset, int whence);
int close(int fd);
int dup(int fd);
int dup2(int fd, int to);
int pipe(int ends[2]);
int isatty(int fd);
int ftruncate(int fd, off_t length);
int truncate(const char *path, off_t length);
int fsync(int fd);

int access(const char *path, int mode);
int chdir(const char *path);
char *getcwd(char *path, size_t size);
int link(const char *from, const char *to);
int symlink(const char *target, const char *path);
ssize_t readlink(const char *path, char *target, size_t size);
int rmdir(const char *path);
int unlink(const char *path);

_Noreturn void _exit(int status);
pid_t fork(void);
int execve(const char *path, char *const arguments[], char *const environment[]);
int execv(const char *path, char *const arguments[]);
int execvp(const char *name, char *const arguments[]);
pid_t getpid(void);
pid_t getppid(void);
uid_t getuid(void);
uid_t geteuid(void);
gid_t getgid(void);
pid_t getpgrp(void);
pid_t getpgid(pid_t pid);
int setpgid(pid_t pid, pid_t group);
pid_t setsid(void);
pid_t tcgetpgrp(int fd);
int tcsetpgrp(int fd, pid_t group);

unsigned sleep(unsigned seconds);
int usleep(unsigned microseconds);
int pause(void);
long sysconf(int name);
int getpagesize(void);
void *sbrk(intptr_t increment);
int brk(void *end);
int getopt(int argc, char *const argv[], const char *options);
/* The raw system call of syscall(2): -1 and errno on failure. */
long syscall(long number, ...);
