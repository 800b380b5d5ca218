/*
 * Runs each program of the folder in a process of its own and tells how it ended. The tests write
 * a file that includes this one after a table `cases` of all programs, each under a name of its
 * own, so that they are compiled and started once and not a hundred and fifty times.
 *
 *   all          runs all of them
 *   all NAME     is the program of that name
 *   all - NAME   runs all but that one
 */
#define CASE_SECONDS 20

static void runCase(const char *name) {
  pid_t child = fork();
  int how;
  if (child == 0) {
    char *arguments[] = {"all", (char *)name, NULL};
    execv("/proc/self/exe", arguments);
    _exit(98);
  }
  waitpid(child, &how, 0);
  if (WIFSIGNALED(how)) printf("== %s: signal %d\n", name, WTERMSIG(how));
  else printf("== %s: exit %d\n", name, WEXITSTATUS(how));
}

int main(int count, char **arguments) {
  const size_t known = sizeof cases / sizeof cases[0];
  setvbuf(stdout, NULL, _IOLBF, 0);
  const char *leftOut = count == 3 ? arguments[2] : "";
  for (size_t i = 0; i < known; i++) {
    if (count != 2) {
      if (strcmp(cases[i].name, leftOut) != 0) runCase(cases[i].name);
    } else if (strcmp(cases[i].name, arguments[1]) == 0) {
      alarm(CASE_SECONDS);
      return cases[i].run();
    }
  }
  return count == 2 ? 97 : 0;
}
