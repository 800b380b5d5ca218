// Which clocks there are, which one can sleep by, and whose CPU time they measure.
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void say(const char *what, long clock, long result) {
  if (result < 0) printf("%s of clock %ld: %s\n", what, clock, strerrorname_np(errno));
  else printf("%s of clock %ld: %ld\n", what, clock, result);
}

static long nanosecondsOf(clockid_t clock) {
  struct timespec time;
  return clock_gettime(clock, &time) < 0 ? -1 : time.tv_sec * 1000000000L + time.tv_nsec;
}

static void spin(void) {
  long end = nanosecondsOf(CLOCK_THREAD_CPUTIME_ID) + 20 * 1000000L;
  while (nanosecondsOf(CLOCK_THREAD_CPUTIME_ID) < end) {
  }
}

static void *spinInThread(void *ownTime) {
  spin();
  *(long *)ownTime = nanosecondsOf(CLOCK_THREAD_CPUTIME_ID);
  return NULL;
}

int main(void) {
  struct timespec time, nothing = {0, 0};
  for (long clock = -12; clock <= 20; clock++) {
    // The alarm clocks depend on the hardware; clock 10 is gone.
    if (clock == 8 || clock == 9) continue;
    say("the resolution", clock, syscall(SYS_clock_getres, clock, &time));
    say("the time", clock, syscall(SYS_clock_gettime, clock, &time));
    // A process can sleep by its own CPU time, which only another thread would make pass.
    if (clock != CLOCK_PROCESS_CPUTIME_ID && clock >= 0) {
      say("a sleep", clock, syscall(SYS_clock_nanosleep, clock, 0, &nothing, NULL));
    }
  }
  pthread_t thread;
  long threadTime = 0;
  pthread_create(&thread, NULL, spinInThread, &threadTime);
  pthread_join(thread, NULL);
  long ownTime = nanosecondsOf(CLOCK_THREAD_CPUTIME_ID);
  long processTime = nanosecondsOf(CLOCK_PROCESS_CPUTIME_ID);
  printf("the thread ran its 20 ms: %d\n", threadTime >= 20 * 1000000L);
  printf("they are not this thread's: %d\n", ownTime < 20 * 1000000L);
  printf("but the process's: %d\n", processTime >= threadTime);
  clockid_t clock;
  int ends[2];
  char byte;
  pipe(ends);
  pid_t child = fork();
  if (child == 0) {
    spin();
    write(ends[1], "x", 1);
    pause();
  }
  read(ends[0], &byte, 1);
  clock_getcpuclockid(child, &clock);
  printf("the child's time: %d\n", nanosecondsOf(clock) >= 20 * 1000000L);
  kill(child, 9);
  wait(NULL);
  printf("of nobody: %ld\n", nanosecondsOf(clock));
  return 0;
}
