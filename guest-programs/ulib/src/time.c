/* Clocks and sleep. */
#include <sys/time.h>
#include <time.h>
#include "internal.h"

int clock_gettime(clockid_t clock, struct timespec *now) {
  return (int)CALL(SYS_clock_gettime, clock, now);
}
int nanosleep(const struct timespec *duration, struct timespec *rest) {
  return (int)CALL(SYS_nanosleep, duration, rest);
}
int setitimer(int which, const struct itimerval *value, struct itimerval *before) {
  return (int)CALL(SYS_setitimer, which, value, before);
}
int gettimeofday(struct timeval *now, void *zone) {
  return (int)CALL(SYS_gettimeofday, now, zone);
}
time_t time(time_t *now) {
  struct timespec current;
  clock_gettime(CLOCK_REALTIME, &current);
  if (now) *now = current.tv_sec;
  return current.tv_sec;
}
