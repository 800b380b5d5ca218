/* Linux <sys/prctl.h>, prctl(2). */
#pragma once

#define PR_GET_DUMPABLE 3
#define PR_SET_DUMPABLE 4

int prctl(int option, unsigned long argument);
