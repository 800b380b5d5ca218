/*
 * Jobs: the processes of one pipeline in one process group. A terminal belongs to one group at a
 * time; ^C and ^Z reach that group. POSIX "Job Control".
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
#include "sh.h"

typedef enum { RUNNING, STOPPED, DONE } State;
typedef struct {
  pid_t pid;
  State state;
  int status; /* as waitpid gave it */
} Process;

struct Job {
  int number;
  int is_announced; /* the user knows its number */
  pid_t group;
  char *text;
  Process *processes;
  int count;
  struct Job *next;
};

static Job *jobs; /* newest first */
int has_job_control;
static struct termios settings; /* of the terminal while the shell has it */

static const int ignored[] = {SIGINT, SIGQUIT, SIGTSTP, SIGTTIN, SIGTTOU};

static void interrupted(int number) {
  (void)number;
  is_interrupted = 1;
}

void start_job_control(void) {
  pid_t group = tcgetpgrp(0);
  if (group < 0) return;
  while (tcgetpgrp(0) != getpgrp()) kill(-getpgrp(), SIGTTIN);
  for (size_t i = 0; i < sizeof ignored / sizeof *ignored; i++) signal(ignored[i], SIG_IGN);
  /* Not restarted: whatever the shell itself waits for ends. */
  struct sigaction on_interrupt = {.sa_handler = interrupted};
  sigaction(SIGINT, &on_interrupt, NULL);
  setpgid(0, 0); /* refused for a session leader, which leads its group already */
  if (tcsetpgrp(0, getpgrp()) < 0) return;
  tcgetattr(0, &settings);
  has_job_control = 1;
}

void reset_signals(void) {
  for (size_t i = 0; i < sizeof ignored / sizeof *ignored; i++) signal(ignored[i], SIG_DFL);
}

void join_group(pid_t pid, pid_t group, int is_background) {
  if (!has_job_control) return;
  if (group == 0) group = pid ? pid : getpid();
  setpgid(pid, group);
  if (!is_background && pid == 0) tcsetpgrp(0, group);
}

Job *add_job(const char *text) {
  Job *job = keep(calloc(1, sizeof *job));
  job->number = jobs ? jobs->number + 1 : 1;
  job->text = keep(strdup(text));
  job->next = jobs;
  jobs = job;
  return job;
}

void add_process(Job *job, pid_t pid) {
  job->processes = keep(realloc(job->processes, (size_t)(job->count + 1) * sizeof *job->processes));
  job->processes[job->count++] = (Process){pid, RUNNING, 0};
  if (job->group == 0) job->group = pid;
}

pid_t group_of(const Job *job) { return job->group; }

static void remove_job(Job *job) {
  Job **link = &jobs;
  while (*link != job) link = &(*link)->next;
  *link = job->next;
  free(job->processes);
  free(job->text);
  free(job);
}

/* RUNNING while one process runs; STOPPED when one is stopped and none runs. */
static State state_of(const Job *job) {
  State state = DONE;
  for (int i = 0; i < job->count; i++) {
    if (job->processes[i].state < state) state = job->processes[i].state;
  }
  return state;
}

static int status_of(const Job *job) {
  if (job->count == 0) return 1;
  int status = job->processes[job->count - 1].status;
  if (WIFSTOPPED(status)) return 128 + WSTOPSIG(status);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void note_change(pid_t pid, int status) {
  for (Job *job = jobs; job; job = job->next) {
    for (int i = 0; i < job->count; i++) {
      Process *process = &job->processes[i];
      if (process->pid != pid || process->state == DONE) continue;
      process->state = WIFSTOPPED(status) ? STOPPED : WIFCONTINUED(status) ? RUNNING : DONE;
      process->status = status;
      return;
    }
  }
}

static void print_job(const Job *job, FILE *stream) {
  State state = state_of(job);
  const char *word = state == RUNNING ? "Running" : state == STOPPED ? "Stopped" : "Done";
  int status = job->count ? job->processes[job->count - 1].status : 0;
  if (state == DONE && WIFSIGNALED(status)) word = strsignal(WTERMSIG(status));
  fprintf(stream, "[%d]  %-20s %s\n", job->number, word, job->text);
}

int wait_for_job(Job *job) {
  while (state_of(job) == RUNNING) {
    int status;
    pid_t pid = waitpid(-1, &status, WUNTRACED);
    if (pid < 0 && (errno != EINTR || is_interrupted)) break;
    if (pid > 0) note_change(pid, status);
  }
  if (has_job_control) {
    tcsetpgrp(0, getpgrp());
    tcsetattr(0, TCSADRAIN, &settings);
  }
  int status = status_of(job);
  if (state_of(job) == STOPPED) {
    job->is_announced = 1;
    fprintf(stderr, "\n");
    print_job(job, stderr);
    flow = ABANDON; /* the rest of a loop does not go on without it */
    return status;
  }
  int signal_number = status > 128 ? status - 128 : 0;
  int last = job->count ? job->processes[job->count - 1].status : 0;
  if (WIFSIGNALED(last) && signal_number == SIGINT) fprintf(stderr, "\n"), flow = ABANDON;
  else if (WIFSIGNALED(last) && signal_number != SIGPIPE) {
    fprintf(stderr, "%s\n", strsignal(signal_number));
  }
  remove_job(job);
  return status;
}

void announce(Job *job) {
  job->is_announced = 1;
  last_background = job->count ? job->processes[job->count - 1].pid : 0;
  if (has_job_control) fprintf(stderr, "[%d] %d\n", job->number, (int)last_background);
}

static void collect(void) {
  int status;
  for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG | WUNTRACED | WCONTINUED)) > 0;) {
    note_change(pid, status);
  }
}

void report_jobs(void) {
  collect();
  for (Job *job = jobs, *next; job; job = next) {
    next = job->next;
    if (state_of(job) != DONE) continue;
    if (has_job_control) print_job(job, stderr);
    remove_job(job);
  }
}

/* The job that %2 or 2 names; the newest without an argument. */
static Job *named_job(const char *name) {
  int number = name ? atoi(name + (*name == '%')) : jobs ? jobs->number : 0;
  for (Job *job = jobs; job; job = job->next) {
    if (job->number == number) return job;
  }
  fprintf(stderr, "sh: no job %s\n", name ? name : "");
  return NULL;
}

/* Lets the processes of a job go on. */
static void go_on(Job *job) {
  for (int i = 0; i < job->count; i++) {
    if (job->processes[i].state == STOPPED) job->processes[i].state = RUNNING;
  }
  kill(has_job_control ? -job->group : job->group, SIGCONT);
}

static void print_oldest_first(const Job *job) {
  if (!job) return;
  print_oldest_first(job->next);
  print_job(job, stdout);
}

int jobs_builtin(char **arguments) {
  (void)arguments;
  collect();
  print_oldest_first(jobs);
  fflush(stdout);
  for (Job *job = jobs, *next; job; job = next) {
    next = job->next;
    if (state_of(job) == DONE) remove_job(job);
  }
  return 0;
}

int fg_builtin(char **arguments) {
  Job *job = named_job(arguments[1]);
  if (!job) return 1;
  fprintf(stderr, "%s\n", job->text);
  if (has_job_control) tcsetpgrp(0, job->group);
  go_on(job);
  return wait_for_job(job);
}

int bg_builtin(char **arguments) {
  Job *job = named_job(arguments[1]);
  if (!job) return 1;
  fprintf(stderr, "[%d] %s &\n", job->number, job->text);
  go_on(job);
  return 0;
}

int wait_builtin(char **arguments) {
  int status = 0;
  if (arguments[1]) {
    pid_t pid = (pid_t)atoi(arguments[1] + (*arguments[1] == '%'));
    for (Job *job = jobs; job; job = job->next) {
      int is_it = *arguments[1] == '%' ? job->number == pid : job->group == pid;
      if (is_it) return wait_for_job(job);
    }
    return 127;
  }
  while (jobs && state_of(jobs) != STOPPED) status = wait_for_job(jobs);
  return status;
}
