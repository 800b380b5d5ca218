/*
 * How the cases of a lab are run; lab.h includes it.
 *
 * The protocol with `pagewalk test`: the variable LAB_TOKEN of the environment is wiped from memory
 * before the first case, and only this process, which runs no case itself, knows it. Every line
 * that counts starts with it. A case proves that it came to its end, or that it was skipped, with a
 * key made from the token for it alone, and so does a child that it starts; none of them may look
 * into this process, which is not dumpable. Without the variable there are no such lines: a lab also
 * runs by itself.
 */
#pragma once

/* Makes a key of 64 bits of the token's 128: nobody gets from the one back to the other. */
LAB_HELPER uint64_t lab_key_for(const char token[TOKEN_LENGTH], uint64_t number) {
  uint64_t key = number * 0x9e3779b97f4a7c15;
  for (int i = 0; i < TOKEN_LENGTH; i++) {
    key = (key ^ (unsigned char)token[i]) * 0x100000001b3;
    key ^= key >> 29;
  }
  return key;
}

/* Takes the token out of the environment and out of the memory that it came in. */
LAB_HELPER int lab_take_token(char token[TOKEN_LENGTH]) {
  char *given = getenv("LAB_TOKEN");
  if (!given || strlen(given) != TOKEN_LENGTH) return 0;
  memcpy(token, given, TOKEN_LENGTH);
  memset(given, 'x', TOKEN_LENGTH);
  unsetenv("LAB_TOKEN");
  return 1;
}

/*
 * One line of the protocol. It is written past stdio and wiped, because the processes of the cases
 * inherit every buffer.
 */
LAB_HELPER void lab_tell(const char *token, const char *word, const char *name) {
  if (!token) return;
  char line[TOKEN_LENGTH + 128];
  size_t length = 1 + TOKEN_LENGTH;
  line[0] = '@';
  memcpy(line + 1, token, TOKEN_LENGTH);
  length += (size_t)snprintf(line + length, 120, " %s%s%s\n", word, *name ? " " : "", name);
  fflush(stdout);
  for (size_t done = 0; done < length;) {
    ssize_t size = write(STDOUT_FILENO, line + done, length - done);
    if (size <= 0) break;
    done += (size_t)size;
  }
  memset(line, 'x', sizeof line);
  __asm__ volatile("" : : "r"(line) : "memory");
}

/*
 * A case may use a quarter of the steps that the test has, so that one without end leaves some to the
 * others. A step is 10 ns of the process's time.
 */
LAB_HELPER void lab_limit_case(void) {
  const char *steps = getenv("LAB_STEPS");
  if (!steps) return;
  long microseconds = strtol(steps, NULL, 10) / 100 / 4;
  struct itimerval limit = {{0, 0}, {microseconds / 1000000, microseconds % 1000000}};
  setitimer(ITIMER_PROF, &limit, NULL);
}

/* The process of one case. */
LAB_HELPER _Noreturn void lab_run_case(const LabCase *test) {
  lab_limit_case();
  test->run();
  lab_report(LAB_PASSED);
}

/* Runs the case and answers its verdict; `key` is what it must know in the end. */
LAB_HELPER int lab_verdict(const LabCase *test, uint64_t key, char *secret) {
  int ends[2];
  fflush(stdout);
  pid_t pid = pipe(ends) == -1 ? -1 : fork();
  if (pid == -1) {
    printf("\n  call      pipe(), fork()\n  observed  -1, %s\n", lab_errno_name(errno));
    return LAB_FAILED;
  }
  if (pid == 0) {
    memset(secret, 'x', TOKEN_LENGTH);
    __asm__ volatile("" : : "r"(secret) : "memory");
    close(ends[0]);
    prctl(PR_SET_DUMPABLE, 1);
    lab_pipe = ends[1];
    lab_key = key;
    lab_run_case(test);
  }
  close(ends[1]);
  int status = 0;
  while (waitpid(pid, &status, 0) == -1 && errno == EINTR) continue;
  LabReport report = {0, LAB_FAILED};
  fcntl(ends[0], F_SETFL, O_NONBLOCK);
  ssize_t size = read(ends[0], &report, sizeof report);
  close(ends[0]);
  int code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  int is_proven = size == sizeof report && report.key == key && report.verdict == code;
  if (code == LAB_FAILED || is_proven) return code;
  printf("\n  call      the case's process\n  expected  the end of the case\n  observed  ");
  if (code != -1) printf("exit status %d before the end\n", code);
  else if (WTERMSIG(status) == SIGPROF) printf("no end after a quarter of the test's steps\n");
  else printf("ended by %s\n", lab_signal_name(WTERMSIG(status)));
  return LAB_FAILED;
}

/* Runs the cases, one after another; returns the exit status. */
LAB_HELPER int lab_run(const LabCase *cases, int count) {
  char given[TOKEN_LENGTH];
  memset(given, 'x', sizeof given);
  const char *token = lab_take_token(given) ? given : NULL;
  prctl(PR_SET_DUMPABLE, 0);
  const char *seed = getenv("LAB_SEED");
  uint64_t start = seed ? strtoull(seed, NULL, 10) : 0;
  int failed = 0;
  char number[16];
  snprintf(number, sizeof number, "%d", count);
  lab_tell(token, "plan", number);
  for (int i = 0; i < count; i++) {
    lab_random_state = start + (uint64_t)i * 1000003;
    lab_tell(token, "begin", cases[i].name);
    printf("%s ... ", cases[i].name);
    int verdict = lab_verdict(&cases[i], lab_key_for(given, (uint64_t)i), given);
    if (verdict == LAB_PASSED) printf("OK\n");
    if (verdict == LAB_FAILED) failed++;
    const char *word = verdict == LAB_PASSED ? "ok" : verdict == LAB_SKIPPED ? "skip" : "fail";
    lab_tell(token, word, cases[i].name);
  }
  lab_tell(token, "end", "");
  printf("%d of %d failed\n", failed, count);
  fflush(stdout);
  return failed != 0;
}
