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

/* A descriptor from which `text` can be read: what a pipe does not hold, a child writes. */
static int open_text(const char *text) {
  int ends[2];
  if (pipe(ends) < 0) return -1;
  pid_t pid = fork();
  if (pid == 0) {
    signal(SIGPIPE, SIG_DFL);
    close(ends[0]);
    for (size_t rest = strlen(text); rest > 0;) {
      ssize_t count = write(ends[1], text, rest);
      if (count <= 0) break;
      text += count;
      rest -= (size_t)count;
    }
    _exit(0);
  }
  close(ends[1]);
  if (pid < 0) close(ends[0]);
  return pid < 0 ? -1 : ends[0];
}

/* Gives an open file another descriptor; -1 after a message when it could not be opened. */
static int move_to(int fd, int wanted, const char *name) {
  if (fd < 0) {
    fprintf(stderr, "sh: %s: %s\n", name, strerror(errno));
    return -1;
  }
  if (fd != wanted) {
    dup2(fd, wanted);
    close(fd);
  }
  return 0;
}

static int redirect(const Redirect *redirect) {
  if (redirect->kind == HERE) {
    const char *text = redirect->is_literal ? redirect->target : expand_text(redirect->target);
    return move_to(open_text(text), redirect->fd, "<<");
  }
  char *target = expand_one(redirect->target);
  if (flow == ABANDON) return -1;
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
  return move_to(open(target, flags, 0666), redirect->fd, target);
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

/* The assignments in front of a command, for it alone. */
static void assign_all(const Command *command) {
  int count = count_assignments(&command->words);
  for (int i = 0; i < count; i++) {
    const char *word = command->words.items[i];
    assign(word);
    export_variable(copy_text(word, name_length(word)));
  }
}

/* Runs what needs no other process: 0 when there is no such builtin or function. */
static int call(char **arguments, int *status) {
  Builtin builtin = find_builtin(arguments[0]);
  const char *body = find_function(arguments[0]);
  if (!builtin && !body) return 0;
  *status = body ? call_function(body, arguments) : builtin(arguments);
  fflush(stdout);
  return 1;
}

/*
 * One command of a pipeline in a child, which ends with it.
 * `arguments`: its words, when they are expanded already.
 */
static _Noreturn void run_child(const Command *command, char **arguments) {
  int status = 0;
  has_job_control = 0;
  if (command->kind != SIMPLE) {
    if (redirect_all(command->redirects) < 0) _exit(1);
    status = run_compound(command);
    fflush(stdout);
    _exit(status);
  }
  if (!arguments) arguments = arguments_of(command).items;
  if (flow == ABANDON) _exit(last_status);
  if (redirect_all(command->redirects) < 0) _exit(1);
  assign_all(command);
  if (!arguments) _exit(0);
  if (call(arguments, &status)) _exit(status);
  execute_program(arguments);
}

/* What variables were before a command got its own. */
typedef struct {
  char *name, *value;
} Saved;

static Saved *save_variables(const Command *command, int count) {
  Saved *saved = allocate((size_t)(count + 1) * sizeof *saved);
  for (int i = 0; i < count; i++) {
    const char *word = command->words.items[i];
    saved[i].name = copy_text(word, name_length(word));
    const char *value = variable(saved[i].name);
    saved[i].value = value ? copy_text(value, strlen(value)) : NULL;
    assign(word);
  }
  return saved;
}

static void restore_variables(const Saved *saved, int count) {
  for (int i = 0; i < count; i++) {
    if (saved[i].value) set_variable(saved[i].name, saved[i].value);
    else unset_variable(saved[i].name);
  }
}

/* Without arguments: a compound command, or assignments alone. */
static int run_with_variables(const Command *command, char **arguments) {
  int status = 0;
  if (command->kind != SIMPLE) return run_compound(command);
  int assignments = count_assignments(&command->words);
  if (!arguments) {
    last_status = 0;
    for (int i = 0; i < assignments; i++) assign(command->words.items[i]);
    return last_status; /* of a $(…) in an assignment */
  }
  Saved *saved = save_variables(command, assignments);
  call(arguments, &status);
  restore_variables(saved, assignments);
  return status;
}

/* Runs a command here, with its redirections undone afterwards. */
static int run_here(const Command *command, char **arguments) {
  int saved[10], status = 1;
  fflush(stdout);
  for (int fd = 0; fd < 10; fd++) saved[fd] = -1;
  for (const Redirect *at = command->redirects; at; at = at->next) {
    if (at->fd < 10 && saved[at->fd] < 0) saved[at->fd] = fcntl(at->fd, F_DUPFD_CLOEXEC, 10);
  }
  if (redirect_all(command->redirects) == 0) status = run_with_variables(command, arguments);
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

/* Starts every command of the pipeline as one job. `arguments`: of its only command, if expanded. */
static Job *start(const Pipeline *pipeline, const char *text, int is_background, char **arguments) {
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
      run_child(command, arguments);
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

static int is_called(const char *name) { return find_builtin(name) || find_function(name); }

static int run_pipeline(const Pipeline *pipeline, const char *text) {
  const Command *command = pipeline->first;
  if (command->next || command->kind == SUBSHELL) return wait_for_job(start(pipeline, text, 0, NULL));
  if (command->kind != SIMPLE) return run_here(command, NULL);
  Words arguments = arguments_of(command);
  if (flow == ABANDON) return last_status;
  if (arguments.count == 0 || is_called(arguments.items[0])) {
    return run_here(command, arguments.items);
  }
  return wait_for_job(start(pipeline, text, 0, arguments.items));
}

static void run_and_or(const List *list) {
  for (const Pipeline *pipeline = list->first; pipeline; pipeline = pipeline->next) {
    if (pipeline->condition == ON_SUCCESS && last_status != 0) continue;
    if (pipeline->condition == ON_FAILURE && last_status == 0) continue;
    int status = run_pipeline(pipeline, list->text);
    last_status = pipeline->is_negated && flow == STRAIGHT_ON ? !status : status;
    if (is_interrupted) flow = ABANDON;
    if (flow != STRAIGHT_ON) return;
  }
}

/* A && chain in the background is one job: a subshell that runs it. */
static void run_in_background(const List *list) {
  Pipeline whole = *list->first;
  Command subshell;
  List inner = *list;
  if (whole.next) {
    inner.is_background = 0;
    inner.next = NULL;
    subshell = (Command){.kind = SUBSHELL, .body = &inner};
    whole = (Pipeline){.first = &subshell};
  }
  announce(start(&whole, list->text, 1, NULL));
  last_status = 0;
}

int run_list(const List *list) {
  for (; list && flow == STRAIGHT_ON; list = list->next) {
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
    int status = run_text(line);
    fflush(stdout);
    _exit(status);
  }
  close(ends[1]);
  char bytes[512];
  for (ssize_t count; (count = read(ends[0], bytes, sizeof bytes)) != 0;) {
    if (count < 0 && errno != EINTR) break;
    for (ssize_t i = 0; i < count; i++) add_byte(&output, bytes[i]);
  }
  close(ends[0]);
  int status = 0;
  while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR) continue;
  last_status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return finished(&output);
}
