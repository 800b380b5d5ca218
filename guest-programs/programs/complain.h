/* How the small programs report: `name: path: reason` on stderr, and exit status 1 at the end. */
#pragma once
#include <errno.h>
#include <stdio.h>
#include <string.h>

static int exit_status;

/* Says what errno says about `what`. */
static inline void complain(const char *program, const char *what) {
  fprintf(stderr, "%s: %s: %s\n", program, what, strerror(errno));
  exit_status = 1;
}
