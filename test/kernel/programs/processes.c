// fork, exec, wait, pipes, process groups, stopping and continuing.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static void show(const char *what, int status) {
  if (WIFEXITED(status)) printf("%s: exited %d\n", what, WEXITSTATUS(status));
  else if (WIFSIGNALED(status)) printf("%s: killed by %d\n", what, WTERMSIG(status));
  else if (WIFSTOPPED(status)) printf("%s: stopped by %d\n", what, WSTOPSIG(status));
  else if (WIFCONTINUED(status)) printf("%s: continued\n", what);
  fflush(stdout);
}

static int reap(pid_t pid) {
  int status = 0;
  if (waitpid(pid, &status, 0) != pid) printf("waitpid: %s\n", strerrorname_np(errno));
  return status;
}

int main(int argc, char **argv) {
  if (argc > 1 && !strcmp(argv[1], "child")) {
    printf("executed: argc %d argv[2] '%s' VALUE=%s\n", argc, argv[2], getenv("VALUE"));
    return 9;
  }
  setvbuf(stdout, 0, _IOLBF, 0);
  int data = 1;
  pid_t pid = fork();
  if (pid == 0) {
    data = 2;
    _exit(data + 40);
  }
  show("fork", reap(pid));
  printf("data %d\n", data);

  if ((pid = fork()) == 0) {
    char *args[] = {argv[0], "child", "an argument", 0}, *env[] = {"VALUE=some thing", 0};
    execve("/proc/self/exe", args, env);
    _exit(1);
  }
  show("exec", reap(pid));
  if ((pid = fork()) == 0) {
    execl("/nowhere", "nowhere", (char *)0);
    printf("exec missing: %s\n", strerrorname_np(errno));
    execl("/tmp", "tmp", (char *)0);
    printf("exec directory: %s\n", strerrorname_np(errno));
    execl("/etc/passwd", "passwd", (char *)0);
    printf("exec data: %s\n", strerrorname_np(errno));
    _exit(0);
  }
  show("exec failures", reap(pid));

  char *args[] = {argv[0], "child", "spawned", 0}, *env[] = {"VALUE=v", 0};
  int problem = posix_spawn(&pid, "/proc/self/exe", 0, 0, args, env);
  show("spawn", reap(pid));
  printf("posix_spawn: %d\n", problem);
  printf("posix_spawn missing: %d\n", posix_spawn(&pid, "/nowhere", 0, 0, args, env) == ENOENT);

  int fds[2];
  pipe(fds);
  if ((pid = fork()) == 0) {
    close(fds[0]);
    for (int i = 0; i < 3000; i++) dprintf(fds[1], "line %d of the many that do not fit into a pipe\n", i);
    _exit(0);
  }
  close(fds[1]);
  char buf[1000];
  long total = 0, sum = 0;
  for (long n; (n = read(fds[0], buf, sizeof buf)) > 0; total += n)
    for (long i = 0; i < n; i++) sum += buf[i];
  printf("pipe: %ld bytes, sum %ld\n", total, sum);
  show("writer", reap(pid));

  pipe(fds);
  close(fds[0]);
  if ((pid = fork()) == 0) {
    write(fds[1], "x", 1);
    _exit(0);
  }
  show("SIGPIPE", reap(pid));
  signal(SIGPIPE, SIG_IGN);
  long n = write(fds[1], "x", 1);
  printf("EPIPE: %ld %s\n", n, strerrorname_np(errno));

  if ((pid = fork()) == 0) for (;;) pause();
  printf("WNOHANG: %d\n", waitpid(pid, 0, WNOHANG));
  kill(pid, SIGSTOP);
  int status;
  waitpid(pid, &status, WUNTRACED);
  show("stop", status);
  kill(pid, SIGCONT);
  waitpid(pid, &status, WCONTINUED);
  show("continue", status);
  kill(pid, SIGTERM);
  show("terminate", reap(pid));
  printf("no child: %s\n", waitpid(-1, 0, 0) < 0 ? strerrorname_np(errno) : "?");
  printf("kill nobody: %s\n", kill(999999, 0) < 0 ? strerrorname_np(errno) : "?");

  for (int i = 0; i < 3; i++) {
    if ((pid = fork()) == 0) {
      setpgid(0, 0);
      if (fork() == 0) for (;;) pause();
      for (;;) pause();
    }
    setpgid(pid, pid);
    usleep(20000);
    kill(-pid, SIGKILL);
    show("group", reap(pid));
  }

  int *shared = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  for (int i = 0; i < 5; i++)
    if (fork() == 0) {
      __atomic_add_fetch(shared, i, __ATOMIC_SEQ_CST);
      _exit(i);
    }
  int exits = 0, count = 0;
  while (wait(&status) > 0) exits += WEXITSTATUS(status), count++;
  printf("five children: %d ended, statuses add to %d, shared %d\n", count, exits, *shared);

  siginfo_t info;
  if ((pid = fork()) == 0) _exit(5);
  memset(&info, 0, sizeof info);
  waitid(P_PID, pid, &info, WEXITED | WNOWAIT);
  printf("waitid: %d %d code %d status %d\n", info.si_pid == pid, info.si_signo, info.si_code, info.si_status);
  show("after WNOWAIT", reap(pid));

  volatile int zero = 0;
  struct { const char *name; int which; } crashes[] = {
    {"null", 0}, {"abort", 1}, {"trap", 2}, {"write to code", 3}, {"execute data", 4}};
  for (int i = 0; i < 5; i++) {
    if ((pid = fork()) == 0) {
      if (i == 0) *(volatile int *)(long)zero = 1;
      if (i == 1) abort();
      if (i == 2) __builtin_trap();
      if (i == 3) *(volatile char *)(void *)main = 1;
      if (i == 4) ((void (*)(void))(void *)shared)();
      _exit(0);
    }
    status = reap(pid);
    if (i == 2) printf("%s: %d\n", crashes[i].name, WIFSIGNALED(status));
    else show(crashes[i].name, status);
  }
  if ((pid = fork()) == 0) {
    char *newEnv[] = {"VALUE=last", 0};
    int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (null < 0) _exit(2);
    environ = newEnv;
    execvp("/proc/self/exe", (char *[]){"renamed", "child", "", 0});
  }
  show("execvp", reap(pid));
  return 0;
}
