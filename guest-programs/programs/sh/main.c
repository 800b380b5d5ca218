/*
 * sh: runs command lines from a terminal, from -c, from a file or from standard input.
 *   sh            sh -c 'ls | wc -l'            sh script argument …
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "sh.h"

extern char **environ;

static const char *prompt(void) {
  char here[4096];
  Text text = {0};
  add_text(&text, getcwd(here, sizeof here) ? here : "?");
  add_text(&text, " $ ");
  return finished(&text);
}

/* Reads lines until they parse as a whole; NULL at the end of input. */
static List *read_command(int is_terminal, int *is_end) {
  Text text = {0};
  for (;;) {
    char *line = read_line(text.length ? "> " : prompt(), is_terminal);
    *is_end = line == NULL;
    if (!line && text.length == 0) return NULL;
    if (line) add_text(&text, line);
    add_byte(&text, '\n');
    List *list;
    ParseResult result = parse(finished(&text), &list);
    if (result == INCOMPLETE && line) continue;
    if (result == INCOMPLETE) fprintf(stderr, "sh: unexpected end\n");
    if (is_terminal) remember(copy_text(text.bytes, text.length - 1));
    if (result == PARSED) return list;
    last_status = 2;
    return NULL;
  }
}

/* On a terminal a line that is given up ends nothing but itself; elsewhere it ends the shell. */
static void run_input(int is_terminal) {
  for (int is_end = 0; !is_end && (flow == STRAIGHT_ON || is_terminal);) {
    if (is_interrupted) fprintf(stderr, "\n"); /* the prompt stands behind no ^C */
    flow = STRAIGHT_ON;
    is_interrupted = 0;
    if (is_terminal) report_jobs();
    run_list(read_command(is_terminal, &is_end));
    fflush(stdout);
    free_line();
  }
}

int main(int argc, char **argv) {
  shell_pid = getpid();
  import_environment(environ);
  free_line();
  argument_count = argc > 0 ? 1 : 0;
  argument_values = argv;
  if (argc > 1 && strcmp(argv[1], "-c") == 0) {
    if (argc < 3) {
      fprintf(stderr, "sh: -c needs a command\n");
      return 2;
    }
    if (argc > 3) {
      argument_count = argc - 3;
      argument_values = argv + 3;
    }
    return run_text(argv[2]);
  }
  if (argc > 1) {
    int fd = open(argv[1], O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
      fprintf(stderr, "sh: %s: %s\n", argv[1], strerror(errno));
      return 127;
    }
    dup2(fd, 0);
    close(fd);
    argument_count = argc - 1;
    argument_values = argv + 1;
  }
  int is_terminal = argc == 1 && isatty(0);
  if (is_terminal) start_job_control();
  run_input(is_terminal);
  return last_status;
}
