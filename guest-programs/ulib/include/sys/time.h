/* POSIX <sys/time.h>. */
#pragma once
#include <sys/types.h>

struct timeval {
  time_t tv_sec;
  suseconds_t tv_usec;
};

struct itimerval {
  struct timeval it_interval;
  struct timeval it_value;
};

#define ITIMER_PROF 2

int setitimer(int which, const struct itimerval *value, struct itimerval *before);
int gettimeofday(struct timeval *now, void *zone);
