/* The small rest of <stdlib.h>. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

_Noreturn void abort(void) {
  sigset_t all;
  signal(SIGABRT, SIG_DFL);
  sigemptyset(&all);
  sigprocmask(SIG_SETMASK, &all, NULL);
  raise(SIGABRT);
  _exit(128 + SIGABRT);
}

int abs(int value) { return value < 0 ? -value : value; }
long labs(long value) { return value < 0 ? -value : value; }

/* A 64-bit linear congruential generator (Knuth, MMIX); its upper bits are the result. */
static unsigned long random_state = 1;
int rand(void) {
  random_state = random_state * 6364136223846793005UL + 1442695040888963407UL;
  return (int)(random_state >> 33);
}
void srand(unsigned seed) { random_state = seed; }

/* The entry of `name` in environ, or NULL. */
static char **entry_of(const char *name) {
  size_t length = strlen(name);
  for (char **entry = environ; *entry; entry++) {
    if (strncmp(*entry, name, length) == 0 && (*entry)[length] == '=') return entry;
  }
  return NULL;
}

char *getenv(const char *name) {
  char **entry = entry_of(name);
  return entry ? *entry + strlen(name) + 1 : NULL;
}

int unsetenv(const char *name) {
  if (!*name || strchr(name, '=')) {
    errno = EINVAL;
    return -1;
  }
  char **entry;
  while ((entry = entry_of(name))) {
    for (; *entry; entry++) entry[0] = entry[1];
  }
  return 0;
}

int setenv(const char *name, const char *value, int overwrite) {
  static char **owned; /* the copy of environ that may grow */
  if (!*name || strchr(name, '=')) {
    errno = EINVAL;
    return -1;
  }
  char **entry = entry_of(name);
  if (entry && !overwrite) return 0;
  char *text = malloc(strlen(name) + strlen(value) + 2);
  if (!text) return -1;
  strcpy(stpcpy(stpcpy(text, name), "="), value);
  if (entry) {
    *entry = text;
    return 0;
  }
  size_t count = 0;
  while (environ[count]) count++;
  char **grown = malloc((count + 2) * sizeof *grown);
  if (!grown) {
    free(text);
    return -1;
  }
  memcpy(grown, environ, count * sizeof *grown);
  grown[count] = text;
  grown[count + 1] = NULL;
  free(owned);
  environ = owned = grown;
  return 0;
}
