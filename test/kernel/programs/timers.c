// timerfd, timers of timer_create, interval timers of CPU time, signalfd.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void say(const char *what, long result) {
  if (result < 0) printf("%s: %s\n", what, strerrorname_np(errno));
  else printf("%s: %ld\n", what, result);
  fflush(stdout);
}

static struct itimerspec spec(long first_ms, long interval_ms) {
  return (struct itimerspec){{interval_ms / 1000, interval_ms % 1000 * 1000000}, {first_ms / 1000, first_ms % 1000 * 1000000}};
}

static void left(const char *what, struct itimerspec *s) {
  printf("%s: interval %ld.%03ld, %s\n", what, (long)s->it_interval.tv_sec, s->it_interval.tv_nsec / 1000000,
         s->it_value.tv_sec || s->it_value.tv_nsec ? "running" : "stopped");
}

static long expiries(int fd) {
  uint64_t count = 0;
  return read(fd, &count, 8) == 8 ? (long)count : -1;
}

static void timerfds(void) {
  int fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
  struct itimerspec s = spec(0, 0), old;
  printf("flags %x %d\n", fcntl(fd, F_GETFL), fcntl(fd, F_GETFD));
  say("not set", expiries(fd));
  timerfd_gettime(fd, &old);
  left("not set", &old);
  s = spec(10000, 0);
  say("set", timerfd_settime(fd, 0, &s, &old));
  left("before", &old);
  timerfd_gettime(fd, &old);
  left("now", &old);
  say("not yet", expiries(fd));
  s = spec(20, 0);
  say("sooner", timerfd_settime(fd, 0, &s, &old));
  left("before", &old);
  struct pollfd p = {.fd = fd, .events = POLLIN | POLLOUT};
  int count = poll(&p, 1, 5000);
  printf("poll %d %x\n", count, p.revents);
  say("once", expiries(fd));
  say("only once", expiries(fd));
  timerfd_gettime(fd, &old);
  left("expired", &old);
  fcntl(fd, F_SETFL, 0);
  s = spec(10, 10);
  timerfd_settime(fd, 0, &s, 0);
  long total = 0;
  while (total < 5) total += expiries(fd);
  printf("again and again\n");
  usleep(35000);
  printf("several at once: %s\n", expiries(fd) >= 3 ? "yes" : "no");
  timerfd_gettime(fd, &old);
  left("it goes on", &old);
  s = spec(0, 10);
  say("stop", timerfd_settime(fd, 0, &s, 0));
  timerfd_gettime(fd, &old);
  left("stopped", &old);
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  s.it_interval = (struct timespec){0, 0};
  s.it_value = now;
  say("a moment that has passed", timerfd_settime(fd, TFD_TIMER_ABSTIME, &s, 0));
  say("at once", expiries(fd));
  int real = timerfd_create(CLOCK_REALTIME, 0);
  clock_gettime(CLOCK_REALTIME, &s.it_value);
  s.it_value.tv_sec--;
  s.it_interval.tv_sec = 100;
  say("of the day", timerfd_settime(real, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &s, 0));
  say("passed", expiries(real));
  int epoll = epoll_create1(0);
  struct epoll_event event = {.events = EPOLLIN | EPOLLET, .data.u32 = 7};
  epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
  s = spec(10, 0);
  timerfd_settime(fd, 0, &s, 0);
  say("epoll", epoll_wait(epoll, &event, 1, 5000));
  printf("data %d\n", event.data.u32);
  say("told once", epoll_wait(epoll, &event, 1, 0));
  say("no such clock", timerfd_create(2, 0));
  say("no such flag", timerfd_create(1, 1));
  say("bad setting flag", timerfd_settime(fd, 8, &s, 0));
  s.it_value.tv_nsec = 1000000000;
  say("bad time", timerfd_settime(fd, 0, &s, 0));
  say("bad address", timerfd_settime(fd, 0, (void *)8, 0));
  say("not a timer", timerfd_settime(0, 0, &s, 0));
  say("bad descriptor", timerfd_gettime(77, &s));
  char small[4];
  say("short read", read(fd, small, 4));
  say("write", write(fd, small, 4));
  close(fd);
  close(real);
  close(epoll);
}

static volatile int caught, code, value, overruns, number;
static void handler(int signal, siginfo_t *info, void *context) {
  caught++;
  number = signal;
  code = info->si_code;
  value = info->si_value.sival_int;
  overruns = info->si_overrun;
}

static void catch(int signal) {
  struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO};
  sigaction(signal, &action, 0);
}

static void wait_for(int count) {
  while (caught < count) usleep(1000);
}

static void *thread_takes(void *argument) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGUSR2);
  timer_t timer;
  struct sigevent event = {.sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGUSR2, .sigev_value.sival_int = 9};
  event._sigev_un._tid = gettid();
  say("for a thread", timer_create(CLOCK_MONOTONIC, &event, &timer));
  struct itimerspec s = spec(10, 0);
  timer_settime(timer, 0, &s, 0);
  siginfo_t info;
  say("taken", sigwaitinfo(&set, &info));
  printf("code %d value %d\n", info.si_code, info.si_value.sival_int);
  timer_delete(timer);
  return 0;
}

static void posix_timers(void) {
  timer_t timer;
  struct itimerspec s, old;
  sigset_t set;
  catch(SIGALRM);
  catch(SIGRTMIN);
  say("default", timer_create(CLOCK_REALTIME, 0, &timer));
  s = spec(10, 0);
  say("set", timer_settime(timer, 0, &s, &old));
  left("before", &old);
  wait_for(1);
  printf("signal %d code %d\n", number, code);
  timer_gettime(timer, &old);
  left("expired", &old);
  say("delete", timer_delete(timer));
  say("delete again", syscall(SYS_timer_delete, 1000));

  struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN, .sigev_value.sival_int = 42};
  say("real-time", timer_create(CLOCK_MONOTONIC, &event, &timer));
  caught = 0;
  s = spec(10, 10);
  timer_settime(timer, 0, &s, 0);
  wait_for(3);
  printf("signal %d code %d value %d\n", number - SIGRTMIN, code, value);
  s = spec(0, 0);
  timer_settime(timer, 0, &s, &old);
  left("it ran", &old);
  // Overruns are counted while the signal is blocked.
  sigemptyset(&set);
  sigaddset(&set, SIGRTMIN);
  sigprocmask(SIG_BLOCK, &set, 0);
  caught = 0;
  s = spec(10, 10);
  timer_settime(timer, 0, &s, 0);
  usleep(55000);
  s = spec(0, 0);
  sigprocmask(SIG_UNBLOCK, &set, 0);
  printf("one signal: %s, overruns: %s\n", caught >= 1 ? "yes" : "no", overruns >= 3 || timer_getoverrun(timer) >= 0 ? "yes" : "no");
  timer_settime(timer, 0, &s, 0);
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  s.it_value = now;
  caught = 0;
  timer_settime(timer, TIMER_ABSTIME, &s, 0);
  wait_for(1);
  printf("a moment that has passed\n");
  timer_delete(timer);

  event.sigev_notify = SIGEV_NONE;
  say("none", timer_create(CLOCK_MONOTONIC, &event, &timer));
  s = spec(5000, 0);
  timer_settime(timer, 0, &s, 0);
  timer_gettime(timer, &old);
  left("silent", &old);
  pid_t child = fork();
  if (child == 0) _exit(timer_gettime(timer, &old) == 0 ? 1 : errno);
  int status;
  waitpid(child, &status, 0);
  printf("a child has none: %s\n", strerrorname_np(WEXITSTATUS(status)));
  timer_delete(timer);

  event = (struct sigevent){.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN};
  say("of CPU time", timer_create(CLOCK_PROCESS_CPUTIME_ID, &event, &timer));
  caught = 0;
  s = spec(5, 0);
  timer_settime(timer, 0, &s, 0);
  while (!caught)
    ;
  printf("it came\n");
  timer_delete(timer);
  event.sigev_signo = 99;
  say("no such signal", timer_create(CLOCK_MONOTONIC, &event, &timer));
  event = (struct sigevent){.sigev_notify = 77, .sigev_signo = SIGRTMIN};
  say("no such notice", timer_create(CLOCK_MONOTONIC, &event, &timer));
  say("no such clock", timer_create(77, 0, &timer));
  say("no such timer", syscall(SYS_timer_settime, 1000, 0, &s, 0));
  say("no such timer", syscall(SYS_timer_getoverrun, 1000));
  sigemptyset(&set);
  sigaddset(&set, SIGUSR2);
  sigprocmask(SIG_BLOCK, &set, 0);
  pthread_t thread;
  pthread_create(&thread, 0, thread_takes, 0);
  pthread_join(thread, 0);
}

static volatile int expired;
static void expire(union sigval v) { expired = v.sival_int; }

static void interval_timers(void) {
  catch(SIGVTALRM);
  catch(SIGPROF);
  struct itimerval t = {{0, 5000}, {0, 5000}}, old;
  for (int which = ITIMER_VIRTUAL; which <= ITIMER_PROF; which++) {
    caught = 0;
    say("set", setitimer(which, &t, 0));
    while (caught < 3)
      ;
    printf("signal %d\n", number);
    struct itimerval off = {0};
    setitimer(which, &off, &old);
    printf("interval %ld, left %s\n", (long)old.it_interval.tv_usec, old.it_value.tv_usec ? "some" : "none");
    getitimer(which, &old);
    printf("interval %ld, left %ld\n", (long)old.it_interval.tv_usec, (long)old.it_value.tv_usec);
  }
  say("no such timer", setitimer(9, &t, 0));
  // An ignored signal of a timer that goes on for ever.
  signal(SIGALRM, SIG_IGN);
  t = (struct itimerval){{0, 100}, {0, 100}};
  setitimer(ITIMER_REAL, &t, 0);
  usleep(20000);
  t = (struct itimerval){0};
  setitimer(ITIMER_REAL, &t, 0);
  timer_t timer;
  struct sigevent event = {.sigev_notify = SIGEV_THREAD, .sigev_notify_function = expire, .sigev_value.sival_int = 11};
  say("a function", timer_create(CLOCK_MONOTONIC, &event, &timer));
  struct itimerspec s = spec(10, 0);
  timer_settime(timer, 0, &s, 0);
  while (!expired) usleep(1000);
  printf("called with %d\n", expired);
  timer_delete(timer);
}

static void show(int fd, const char *what) {
  struct signalfd_siginfo info[4];
  memset(info, 0, sizeof info);
  long count = read(fd, info, sizeof info);
  if (count < 0) {
    say(what, count);
    return;
  }
  printf("%s:", what);
  for (int i = 0; i < count / (int)sizeof *info; i++)
    printf(" [signal %d code %d %s uid %d status %d int %d]", info[i].ssi_signo, info[i].ssi_code,
           info[i].ssi_pid == getpid() ? "mine" : info[i].ssi_pid ? "another's" : "nobody's", info[i].ssi_uid, info[i].ssi_status, info[i].ssi_int);
  printf("\n");
  fflush(stdout);
}

static void signalfds(void) {
  sigset_t set, all;
  sigemptyset(&set);
  sigaddset(&set, SIGUSR1);
  sigaddset(&set, SIGCHLD);
  sigaddset(&set, SIGRTMIN + 1);
  sigfillset(&all);
  sigprocmask(SIG_BLOCK, &all, 0);
  int fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC), epoll = epoll_create1(0);
  show(fd, "nothing");
  kill(getpid(), SIGUSR1);
  kill(getpid(), SIGUSR1);
  kill(getpid(), SIGUSR2);
  sigqueue(getpid(), SIGRTMIN + 1, (union sigval){.sival_int = 5});
  sigqueue(getpid(), SIGRTMIN + 1, (union sigval){.sival_int = 6});
  struct pollfd p = {.fd = fd, .events = POLLIN};
  int count = poll(&p, 1, 0);
  printf("poll %d %x\n", count, p.revents);
  show(fd, "three");
  show(fd, "no more");
  struct epoll_event event = {.events = EPOLLIN};
  epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
  pid_t child = fork();
  if (child == 0) {
    usleep(20000);
    _exit(3);
  }
  say("epoll", epoll_wait(epoll, &event, 1, 5000));
  show(fd, "a child ended");
  waitpid(child, 0, 0);
  fcntl(fd, F_SETFL, 0);
  sigdelset(&set, SIGCHLD);
  say("fewer signals", signalfd(fd, &set, 0) == fd);
  child = fork();
  if (child == 0) {
    usleep(20000);
    kill(getppid(), SIGUSR1);
    _exit(0);
  }
  show(fd, "waited");
  waitpid(child, 0, 0);
  sigemptyset(&set);
  sigaddset(&set, SIGUSR2);
  printf("the same: %d\n", signalfd(fd, &set, 0) == fd);
  show(fd, "another mask");
  say("bad flags", signalfd(-1, &set, 1));
  say("not one of these", signalfd(epoll, &set, 0));
  say("bad descriptor", signalfd(77, &set, 0));
  say("bad size", syscall(SYS_signalfd4, -1, &set, 4, 0));
  char small[100];
  say("short read", read(fd, small, sizeof small));
}

int main(void) {
  timerfds();
  posix_timers();
  interval_timers();
  signalfds();
  return 0;
}
