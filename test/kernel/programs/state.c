/* Leaves something of every kind in the kernel, says so, and waits for ever. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/membarrier.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static void *waitForMutex(void *argument) {
  pthread_mutex_lock(&mutex);
  return argument;
}

static void *sleepLong(void *argument) {
  sleep(1000000);
  return argument;
}

static void handle(int number) { (void)number; }

static void files(void) {
  int ends[2], pair[2];
  pipe(ends);
  write(ends[1], "bytes on their way", 18);
  socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
  write(pair[0], "a message", 9);
  int passes = 1, bytes = 9000;
  setsockopt(pair[0], SOL_SOCKET, SO_PASSCRED, &passes, sizeof passes);
  setsockopt(pair[0], SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
  setsockopt(pair[0], SOL_SOCKET, SO_KEEPALIVE, &passes, sizeof passes);
  struct timeval some = {5, 0};
  setsockopt(pair[1], SOL_SOCKET, SO_RCVTIMEO, &some, sizeof some);
  int listener = socket(AF_UNIX, SOCK_STREAM, 0), client = socket(AF_UNIX, SOCK_STREAM, 0);
  struct sockaddr_un name = {AF_UNIX, "\0state"};
  bind(listener, (struct sockaddr *)&name, 10);
  listen(listener, 3);
  connect(client, (struct sockaddr *)&name, 10);
  int counter = eventfd(7, EFD_SEMAPHORE);
  int set = epoll_create1(0);
  struct epoll_event event = {.events = EPOLLIN, .data.u64 = 12345678901234};
  epoll_ctl(set, EPOLL_CTL_ADD, counter, &event);
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGUSR2);
  signalfd(-1, &signals, 0);
  int timer = timerfd_create(CLOCK_MONOTONIC, 0);
  struct itimerspec later = {{7, 0}, {100000, 0}};
  timerfd_settime(timer, 0, &later, NULL);
  syscall(SYS_pidfd_open, getpid(), 0);
  int file = open("/tmp/state", O_RDWR | O_CREAT, 0600);
  write(file, "contents", 8);
  struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 2, .l_len = 3};
  fcntl(file, F_SETLK, &lock);
  flock(open("/tmp/state", O_RDONLY), LOCK_SH);
  int nameless = memfd_create("state", MFD_ALLOW_SEALING);
  ftruncate(nameless, 8192);
  fcntl(nameless, F_ADD_SEALS, F_SEAL_GROW);
  mmap(NULL, 8192, PROT_READ, MAP_SHARED, nameless, 0);
}

static void memory(void) {
  int id = shmget(77, 8192, IPC_CREAT | 0600);
  char *segment = shmat(id, NULL, 0);
  segment[0] = 1;
  char *at = mmap(NULL, 16384, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  at[0] = at[8192] = 1;
  madvise(at, 4096, MADV_PAGEOUT);
  madvise(segment, 4096, MADV_PAGEOUT);
  mlockall(MCL_FUTURE);
  syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0);
  struct rlimit limit = {1 << 28, 1 << 29};
  setrlimit(RLIMIT_DATA, &limit);
}

static void processes(void) {
  pid_t stopped = fork();
  if (stopped == 0) {
    raise(SIGSTOP);
    pause();
  }
  int how;
  siginfo_t info;
  waitid(P_PID, stopped, &info, WSTOPPED | WNOWAIT);
  pid_t ended = fork();
  if (ended == 0) _exit(3);
  waitid(P_PID, ended, &info, WEXITED | WNOWAIT);
  kill(getpid(), SIGUSR1);
  union sigval value = {.sival_int = 42};
  sigqueue(getpid(), SIGRTMIN, value);
  syscall(SYS_tgkill, getpid(), getpid(), SIGUSR1);
  stack_t stack = {.ss_sp = malloc(65536), .ss_size = 65536};
  sigaltstack(&stack, NULL);
  struct sigaction action = {.sa_handler = handle, .sa_flags = SA_ONSTACK};
  sigaction(SIGTERM, &action, NULL);
  struct itimerval real = {{3, 0}, {200000, 0}}, used = {{1, 0}, {100000, 0}};
  setitimer(ITIMER_REAL, &real, NULL);
  setitimer(ITIMER_VIRTUAL, &used, NULL);
  timer_t timer;
  struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1};
  timer_create(CLOCK_MONOTONIC, &event, &timer);
  struct itimerspec later = {{9, 0}, {300000, 0}};
  timer_settime(timer, 0, &later, NULL);
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  nice(3);
}

int main(void) {
  sigset_t blocked;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGUSR1);
  sigaddset(&blocked, SIGRTMIN);
  sigprocmask(SIG_BLOCK, &blocked, NULL);
  files();
  pthread_t one, two;
  pthread_mutex_lock(&mutex);
  pthread_create(&one, NULL, waitForMutex, NULL);
  pthread_create(&two, NULL, sleepLong, NULL);
  sched_yield();
  memory();
  processes();
  write(1, "ready\n", 6);
  for (;;) pause();
}
