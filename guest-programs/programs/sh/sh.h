/* A small shell: what its parts share. Read main.c first, then parse.c and execute.c. */
#pragma once
#include <stddef.h>
#include <sys/types.h>

/* ---- memory of one command line (memory.c): freed together when the line is done ---- */

void *allocate(size_t size);
char *copy_text(const char *text, size_t length);
void free_line(void);
/* For what outlives a line; ends the shell when there is no memory. */
void *keep(void *block);

/* A growing list of words, NULL at its end. */
typedef struct {
  char **items;
  int count, capacity;
} Words;
void add_word(Words *words, char *word);

/* A growing text. */
typedef struct {
  char *bytes;
  size_t length, capacity;
} Text;
void add_byte(Text *text, char c);
void add_text(Text *text, const char *bytes);
char *finished(Text *text);

/* ---- the tree of a command line (parse.c) ---- */

typedef enum { READ, WRITE, APPEND, DUPLICATE } RedirectKind;
typedef struct Redirect {
  int fd;
  RedirectKind kind;
  char *target; /* unexpanded: a path, or the descriptor to duplicate */
  struct Redirect *next;
} Redirect;

struct List;
/* A simple command, or the list of a (subshell). */
typedef struct Command {
  Words words; /* unexpanded */
  Redirect *redirects;
  struct List *subshell;
  struct Command *next; /* reads what this one writes */
} Command;

typedef enum { ALWAYS, ON_SUCCESS, ON_FAILURE } Condition;
typedef struct Pipeline {
  Command *first;
  int is_negated;
  Condition condition; /* of running, given the pipeline before */
  struct Pipeline *next;
} Pipeline;

typedef struct List {
  Pipeline *first;
  int is_background;
  char *text; /* as the user typed it, for jobs */
  struct List *next;
} List;

typedef enum { PARSED, INCOMPLETE, WRONG } ParseResult;
/* INCOMPLETE: an open quote or a trailing operator; the next line belongs to it. */
ParseResult parse(const char *line, List **list);

/* ---- words become arguments (expand.c, glob.c) ---- */

void expand_word(const char *word, Words *arguments);
/* Without splitting and globbing: for assignments and redirections. */
char *expand_one(const char *word);
/* Adds the paths that match, sorted; returns their number. A character after \1 is literal. */
int add_matches(const char *pattern, Words *paths);

/* ---- variables (variables.c) ---- */

extern int last_status;
extern pid_t last_background;
extern pid_t shell_pid; /* $$, also in a subshell */
void import_environment(char **environment);
const char *variable(const char *name);
void set_variable(const char *name, const char *value);
void export_variable(const char *name);
void unset_variable(const char *name);
void print_exported(void);
/* Splits NAME=value; 0 when it is no assignment. */
int is_assignment(const char *word);
void assign(const char *word);
char **exported_environment(void);
extern int argument_count;
extern char **argument_values; /* $0, $1 … */

/* ---- execution (execute.c, builtins.c, jobs.c) ---- */

int run_list(const List *list);
/* The standard output of a command line: $(…). */
char *output_of(const char *line);
typedef int (*Builtin)(char **arguments);
Builtin find_builtin(const char *name);
/* The name of the builtin with this index, NULL behind the last. */
const char *builtin_name(int index);

extern int has_job_control;
void start_job_control(void);
/* Puts a process into a job of its own or an existing one; called in parent and child alike. */
void join_group(pid_t pid, pid_t group, int is_background);
/* Default signals again, in a child. */
void reset_signals(void);
typedef struct Job Job;
Job *add_job(const char *text);
void add_process(Job *job, pid_t pid);
pid_t group_of(const Job *job);
/* Waits until the job is done or stopped; returns the status of its last process. */
int wait_for_job(Job *job);
/* Names a job that stays in the background. */
void announce(Job *job);
/* Reports the background jobs that have ended or stopped since. */
void report_jobs(void);
int jobs_builtin(char **arguments);
int fg_builtin(char **arguments);
int bg_builtin(char **arguments);
int wait_builtin(char **arguments);

/* ---- the terminal (editor.c, complete.c) ---- */

/* One line, without its newline, in memory of the line; NULL at the end of input. */
char *read_line(const char *prompt, int is_terminal);
void remember(const char *line);
int history_builtin(char **arguments);
/* What the word in front of the cursor may become; returns the words that begin like it. */
Words completions(const char *line, size_t cursor, size_t *start);
