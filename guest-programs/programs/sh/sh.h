/* A small shell: what its parts share. Read main.c first, then parse.c and execute.c. */
#pragma once
#include <stddef.h>
#include <sys/types.h>

/* ---- memory of one command line (memory.c): freed together when the line is done ---- */

void *allocate(size_t size);
char *copy_text(const char *text, size_t length);
/* What was allocated after a mark goes when the mark is freed: a loop's round, a function's call. */
typedef const void *Mark;
Mark memory_mark(void);
void free_to(Mark mark);
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

/* ---- pieces of text (scan.c) ---- */

int ends_word(char c);
/* How long the name of a variable at the start of the text is; 0 where none stands. */
size_t name_length(const char *text);
/* Behind what starts at `at`: a character, a quoted piece, $(…), ${…}; NULL when it stays open. */
const char *after_piece(const char *at);
/* Behind the `close` that belongs to an opening bracket in front of `at`; NULL when it is missing. */
const char *after_close(const char *at, char close);

/* ---- the tree of a command line (parse.c, compound.c) ---- */

typedef enum { READ, WRITE, APPEND, DUPLICATE, HERE } RedirectKind;
typedef struct Redirect {
  int fd;
  RedirectKind kind;
  char *target;    /* unexpanded: a path, the descriptor to duplicate, or what HERE gives to read */
  int is_literal;  /* of HERE: nothing in it is expanded */
  int strips_tabs; /* of HERE: <<- */
  struct Redirect *next;
} Redirect;

struct List;
/* One pattern list of a case, with what it runs. */
typedef struct Choice {
  Words patterns; /* unexpanded */
  struct List *body;
  struct Choice *next;
} Choice;

typedef enum { SIMPLE, SUBSHELL, GROUP, IF, WHILE, UNTIL, FOR, CASE, FUNCTION } CommandKind;
typedef struct Command {
  CommandKind kind;
  Words words;            /* unexpanded: of SIMPLE; what FOR goes through; what CASE compares */
  char *name;             /* FOR's variable, FUNCTION's name */
  char *text;             /* of a FUNCTION: its body as it was typed */
  int uses_arguments;     /* FOR without `in` */
  struct List *condition; /* of IF, WHILE and UNTIL */
  struct List *body;
  struct List *otherwise; /* of IF; an elif is an IF in here */
  Choice *choices;
  Redirect *redirects;
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
/* INCOMPLETE: something stays open; the next line belongs to it. */
ParseResult parse(const char *line, List **list);
/* Parses and runs; returns the status, 2 for a text that is none. */
int run_text(const char *text);

/* Where the parser stands; the first failure is kept, and everything after it returns NULL. */
typedef struct {
  const char *at;
  ParseResult result;
  Redirect *here[8]; /* here-documents that start behind the next newline, their ends as targets */
  int here_count;
} Parser;
void *fail(Parser *parser, ParseResult result, const char *what);
/* Fails at what stands here: it is not what had to come. */
void *fail_here(Parser *parser);
void skip_blanks(Parser *parser);
void skip_newlines(Parser *parser);
int accept(Parser *parser, const char *operator);
/* Whether this very word, unquoted, stands here. */
int stands(Parser *parser, const char *word);
int accept_word(Parser *parser, const char *word);
char *parse_word(Parser *parser);
/* Up to a word or an operator that ends it; there is at least one command. */
List *parse_body(Parser *parser);
/* A command other than a simple one, without its redirections; 0 when none stands here. */
int parse_compound(Parser *parser, Command *command);

/* ---- words become arguments (expand.c, glob.c) ---- */

void expand_word(const char *word, Words *arguments);
/* Without splitting and globbing: for assignments and redirections. */
char *expand_one(const char *word);
/* Whether the character divides the values of variables and what `read` reads: of $IFS. */
int is_separator(char c);
/* A pattern: what was quoted in the word is marked as literal. */
char *expand_pattern(const char *word);
/* Expands as within double quotes. */
char *expand_text(const char *text);
/* $(( )): the value; 0 and last_status 2 after a message for what is no expression. */
long evaluate(const char *expression);

/* In a pattern this stands in front of a character that was quoted. */
#define LITERAL '\1'
/* Adds the paths that match, sorted; returns their number. */
int add_matches(const char *pattern, Words *paths);
/* Whether the pattern matches all of the text. */
int matches(const char *pattern, const char *text);

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
/* What $name, $?, $1 and so on stand for; NULL when it is not set. */
const char *parameter(const char *name);

/* ---- execution (execute.c, control.c, builtins.c, test.c, jobs.c) ---- */

int run_list(const List *list);
/* Loops, branches, groups and definitions, in this process. */
int run_compound(const Command *command);

/* Why commands are left out until the loop, the function or the line that is meant is reached. */
typedef enum { STRAIGHT_ON, BREAK, CONTINUE, RETURN, ABANDON } Flow;
extern Flow flow;
extern volatile int is_interrupted; /* ^C reached the shell itself */
int break_builtin(char **arguments);
int continue_builtin(char **arguments);
int return_builtin(char **arguments);
/* The body of a function, NULL when there is none of this name. */
const char *find_function(const char *name);
int call_function(const char *body, char **arguments);
int test_builtin(char **arguments);
int read_builtin(char **arguments);
int set_builtin(char **arguments);
int shift_builtin(char **arguments);
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
