/* Runs the tree: builtins in this process, everything else in children joined by pipes. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "sh.h"

enum { NOT_EXECUTABLE = 126, NOT_FOUND = 127 };

static int redirect(const Redirect *redirect) {
  char *target = expand_one(redirect->target);
  int fd;
  if (redirect->kind == DUPLICATE) {
    char *end;
    long from = strtol(target, &end, 10);
    fd = *end || end == target ? -1 : dup2((int)from, redirect->fd);
    if (fd < 0) fprintf(stderr, "sh: %s: %s\n", target, strerror(EBADF));
    return fd < 0 ? -1 : 0;
  }
  int flags = redirect->kind == READ ? O_RDONLY : O_WRONLY | O_CREAT;
  if (redirect->kind == WRITE) flags |= O_TRUNC;
  if (redirect->kind == APPEND) flags |= O_APPEND;
  fd = open(target, flags, 0666);
  if (fd < 0) {
    fprintf(stderr, "sh: %s: %s\n", target, strerror(errno));
    return -1;
  }
  if (fd != redirect->fd) {
    dup2(fd, redirect->fd);
    close(fd);
  }
  return 0;
}

static int redirect_all(const Redirect *first) {
  for (; first; first = first->next) {
    if (redirect(first) < 0) return -1;
  }
  return 0;
}

/* The leading assignments of the words; the arguments are what follows. */
static int count_assignments(const Words *words) {
  int count = 0;
  while (count < words->count && is_assignment(words->items[count])) count++;
  return count;
}

static Words arguments_of(const Command *command) {
  Words arguments = {0};
  for (int i = count_assignments(&command->words); i < command->words.count; i++) {
    expand_word(command->words.items[i], &arguments);
  }
  return arguments;
}

/* Looks a name without a slash up in $PATH. */
static _Noreturn void execute_program(char **arguments) {
  char **environment = exported_environment();
  const char *name = arguments[0], *path = variable("PATH");
  int error = ENOENT;
  if (strchr(name, '/')) {
    execve(name, arguments, environment);
    error = errno;
  } else {
    for (const char *at = path ? path : "/bin"; error == ENOENT;) {
      size_t length = strcspn(at, ":");
      Text file = {0};
      add_text(&file, copy_text(at, length));
      add_text(&file, length ? "/" : "");
      add_text(&file, name);
      execve(finished(&file), arguments, environment);
      if (errno != ENOENT && errno != ENOTDIR) error = errno;
      if (!at[length]) break;
      at += length + 1;
    }
  }
  fprintf(stderr, "sh: %s: %s\n", name,
          error == ENOENT && !strchr(name, '/') ? "command not found" : strerror(error));
  _exit(error == ENOENT ? NOT_FOUND : NOT_EXECUTABLE);
}

/* One command of a pipeline in a child, which ends with it. */
static _Noreturn void run_child(const Command *command) {
  if (redirect_all(command->redirects) < 0) _exit(1);
  if (command->subshell) {
    has_job_control = 0;
    int status = run_list(command->subshell);
    fflush(stdout);
    _exit(status);
  }
  int assignments = count_assignments(&command->words);
  for (int i = 0; i < assignments; i++) {
    assign(command->words.items[i]);
    export_variable(copy_text(command->words.items[i], strcspn(command->words.items[i], "=")));
  }
  Words arguments = arguments_of(command);
  if (arguments.count == 0) _exit(0);
  Builtin builtin = find_builtin(arguments.items[0]);
  if (builtin) {
    has_job_control = 0;
    int status = builtin(arguments.items);
    fflush(stdout);
    _exit(status);
  }
  execute_program(arguments.items);
}

/* Runs a builtin here, with its redirections undone afterwards. */
static int run_builtin(const Command *command, Builtin builtin, char **arguments) {
  int saved[10], status = 1;
  fflush(stdout);
  for (int fd = 0; fd < 10; fd++) saved[fd] = -1;
  for (const Redirect *at = command->redirects; at; at = at->next) {
    if (at->fd < 10 && saved[at->fd] < 0) saved[at->fd] = fcntl(at->fd, F_DUPFD_CLOEXEC, 10);
  }
  if (redirect_all(command->redirects) == 0) status = builtin ? builtin(arguments) : 0;
  fflush(stdout);
  for (const Redirect *at = command->redirects; at; at = at->next) {
    if (at->fd >= 10) continue;
    if (saved[at->fd] >= 0) {
      dup2(saved[at->fd], at->fd);
      close(saved[at->fd]);
    } else {
      close(at->fd);
    }
    saved[at->fd] = -1;
  }
  return status;
}

/* A command that this process itself can run; 0 when it needs a child. */
static int run_here(const Command *command, int *status) {
  if (command->next || command->subshell) return 0;
  int assignments = count_assignments(&command->words);
  if (assignments == command->words.count) {
    last_status = 0;
    for (int i = 0; i < assignments; i++) assign(command->words.items[i]);
    *status = run_builtin(command, NULL, NULL);
    if (*status == 0) *status = last_status; /* of a $(…) in an assignment */
    return 1;
  }
  /* Quotes and variables may hide a builtin's name; such a one runs in a child. */
  Builtin builtin = assignments == 0 ? find_builtin(command->words.items[0]) : NULL;
  if (!builtin) return 0;
  Words arguments = arguments_of(command);
  *status = run_builtin(command, builtin, arguments.items);
  return 1;
}

/* Starts every command of the pipeline as one job. */
static Job *start(const Pipeline *pipeline, const char *text, int is_background) {
  Job *job = add_job(text);
  int input = -1;
  fflush(stdout);
  for (const Command *command = pipeline->first; command; command = command->next) {
    int ends[2] = {-1, -1};
    if (command->next && pipe(ends) < 0) {
      perror("sh: pipe");
      break;
    }
    pid_t pid = fork();
    if (pid < 0) perror("sh: fork");
    if (pid == 0) {
      join_group(0, group_of(job), is_background);
      reset_signals();
      if (input >= 0) dup2(input, 0), close(input);
      if (ends[1] >= 0) dup2(ends[1], 1), close(ends[0]), close(ends[1]);
      run_child(command);
    }
    if (pid > 0) {
      add_process(job, pid);
      join_group(pid, group_of(job), is_background);
    }
    if (input >= 0) close(input);
    if (ends[1] >= 0) close(ends[1]);
    input = ends[0];
    if (pid < 0) break;
  }
  if (input >= 0) close(input);
  return job;
}

static int run_pipeline(const Pipeline *pipeline, const char *text) {
  int status;
  if (!run_here(pipeline->first, &status)) status = wait_for_job(start(pipeline, text, 0));
  return pipeline->is_negated ? !status : status;
}

static int run_and_or(const List *list) {
  for (const Pipeline *pipeline = list->first; pipeline; pipeline = pipeline->next) {
    if (pipeline->condition == ON_SUCCESS && last_status != 0) continue;
    if (pipeline->condition == ON_FAILURE && last_status == 0) continue;
    last_status = run_pipeline(pipeline, list->text);
  }
  return last_status;
}

/* A && chain in the background is one job: a subshell that runs it. */
static void run_in_background(const List *list) {
  Pipeline whole = *list->first;
  Command subshell = {0};
  List inner = *list;
  if (whole.next) {
    inner.is_background = 0;
    inner.next = NULL;
    subshell.subshell = &inner;
    whole = (Pipeline){.first = &subshell};
  }
  announce(start(&whole, list->text, 1));
  last_status = 0;
}

int run_list(const List *list) {
  for (; list; list = list->next) {
    if (list->is_background) run_in_background(list);
    else run_and_or(list);
  }
  return last_status;
}

char *output_of(const char *line) {
  int ends[2];
  Text output = {0};
  if (pipe(ends) < 0) return finished(&output);
  fflush(stdout);
  pid_t pid = fork();
  if (pid == 0) {
    dup2(ends[1], 1);
    close(ends[0]);
    close(ends[1]);
    has_job_control = 0;
    reset_signals();
    List *list;
    int status = parse(line, &list) == PARSED ? run_list(list) : 2;
    fflush(stdout);
    _exit(status);
  }
  close(ends[1]);
  char bytes[512];
  for (ssize_t count; (count = read(ends[0], bytes, sizeof bytes)) > 0;) {
    for (ssize_t i = 0; i < count; i++) add_byte(&output, bytes[i]);
  }
  close(ends[0]);
  int status = 0;
  if (pid > 0) waitpid(pid, &status, 0);
  last_status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return finished(&output);
}
