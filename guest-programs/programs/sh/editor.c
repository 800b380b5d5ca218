/*
 * One line from a terminal in raw mode: cursor keys, history, completion, and the keys of Emacs
 * that shells know. A line longer than the terminal scrolls sideways.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>
#include "sh.h"

#define HISTORY 500
#define LINE 4096
#define CONTROL(key) ((key)&31)
enum { ESCAPE = 27, DELETE = 127, UP = 1000, DOWN, LEFT, RIGHT, HOME, END, DELETE_RIGHT, NOTHING };

static char *history[HISTORY];
static int history_count, history_dropped;

typedef struct {
  const char *prompt;
  char bytes[LINE];
  size_t length, cursor;
  int history_at;       /* which line of the history is shown; history_count is the new one */
  char pending[LINE];   /* the new line while an old one is shown */
} Editor;

void remember(const char *line) {
  if (!*line || (history_count > 0 && strcmp(history[history_count - 1], line) == 0)) return;
  if (history_count == HISTORY) {
    free(history[0]);
    memmove(history, history + 1, (HISTORY - 1) * sizeof *history);
    history_count--;
    history_dropped++;
  }
  history[history_count++] = keep(strdup(line));
}

int history_builtin(char **arguments) {
  (void)arguments;
  for (int i = 0; i < history_count; i++) printf("%5d  %s\n", history_dropped + i + 1, history[i]);
  return 0;
}

static void put(const char *text) { (void)!write(1, text, strlen(text)); }

static int terminal_columns(void) {
  struct winsize size;
  return ioctl(1, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

static int is_continuation(char c) { return (c & 0xc0) == 0x80; } /* of a UTF-8 character */

/* Characters, each of which fills one column, in a piece of text. */
static int columns_of(const char *text, size_t length) {
  int columns = 0;
  for (size_t i = 0; i < length; i++) columns += !is_continuation(text[i]);
  return columns;
}

/* Writes a piece of the line; the newlines of an old command of several lines as signs. */
static void put_line(const char *text, size_t length) {
  for (size_t from = 0; from < length;) {
    const char *newline = memchr(text + from, '\n', length - from);
    size_t to = newline ? (size_t)(newline - text) : length;
    (void)!write(1, text + from, to - from);
    if (newline) put("↵");
    from = to + 1;
  }
}

static void redraw(const Editor *editor) {
  int prompt = columns_of(editor->prompt, strlen(editor->prompt));
  int room = terminal_columns() - prompt - 1;
  size_t from = 0;
  while (columns_of(editor->bytes + from, editor->cursor - from) > room) from++;
  size_t to = editor->length;
  while (to > from && columns_of(editor->bytes + from, to - from) > room) to--;
  char move[32];
  int column = prompt + columns_of(editor->bytes + from, editor->cursor - from);
  put("\r");
  put(editor->prompt);
  put_line(editor->bytes + from, to - from);
  snprintf(move, sizeof move, "\033[K\r\033[%dC", column);
  put(column > 0 ? move : "\033[K\r");
}

static void insert(Editor *editor, const char *text, size_t length) {
  if (editor->length + length >= LINE) return;
  memmove(editor->bytes + editor->cursor + length, editor->bytes + editor->cursor,
          editor->length - editor->cursor);
  memcpy(editor->bytes + editor->cursor, text, length);
  editor->cursor += length;
  editor->length += length;
}

static void erase(Editor *editor, size_t from, size_t to) {
  memmove(editor->bytes + from, editor->bytes + to, editor->length - to);
  editor->length -= to - from;
  editor->cursor = from;
}

static size_t left_of(const Editor *editor) {
  size_t at = editor->cursor;
  while (at > 0 && is_continuation(editor->bytes[--at])) continue;
  return at;
}
static size_t right_of(const Editor *editor) {
  size_t at = editor->cursor;
  if (at < editor->length) at++;
  while (at < editor->length && is_continuation(editor->bytes[at])) at++;
  return at;
}
static size_t word_left_of(const Editor *editor) {
  size_t at = editor->cursor;
  while (at > 0 && editor->bytes[at - 1] == ' ') at--;
  while (at > 0 && editor->bytes[at - 1] != ' ') at--;
  return at;
}

static void show_history(Editor *editor, int index) {
  if (index < 0 || index > history_count) return;
  editor->bytes[editor->length] = 0;
  if (editor->history_at == history_count) strcpy(editor->pending, editor->bytes);
  editor->history_at = index;
  snprintf(editor->bytes, LINE, "%s", index == history_count ? editor->pending : history[index]);
  editor->cursor = editor->length = strlen(editor->bytes);
}

/* Adds what all completions have in common; lists them when that is nothing. */
static void complete(Editor *editor) {
  size_t start;
  editor->bytes[editor->length] = 0;
  Words words = completions(editor->bytes, editor->cursor, &start);
  if (words.count == 0) return;
  size_t common = strlen(words.items[0]);
  for (int i = 1; i < words.count; i++) {
    size_t same = 0;
    while (same < common && words.items[i][same] == words.items[0][same]) same++;
    common = same;
  }
  size_t typed = editor->cursor - start;
  if (common > typed) {
    insert(editor, words.items[0] + typed, common - typed);
    int is_folder = words.items[0][common - 1] == '/';
    if (words.count == 1 && !is_folder) insert(editor, " ", 1);
  } else if (words.count > 1) {
    put("\r\n");
    for (int i = 0; i < words.count; i++) put(words.items[i]), put("  ");
    put("\r\n");
  } else if (words.items[0][common - 1] != '/') {
    insert(editor, " ", 1);
  }
}

/* A byte, or what an escape sequence stands for; NOTHING when the window has changed; -1 at the end. */
static int read_key(void) {
  unsigned char c;
  ssize_t count = read(0, &c, 1);
  if (count < 0 && errno == EINTR) return NOTHING;
  if (count != 1) return -1;
  if (c != ESCAPE) return c;
  unsigned char kind, key;
  if (read(0, &kind, 1) != 1 || (kind != '[' && kind != 'O')) return NOTHING;
  if (read(0, &key, 1) != 1) return NOTHING;
  int number = 0;
  while (key >= '0' && key <= '9') {
    number = number * 10 + key - '0';
    if (read(0, &key, 1) != 1) return NOTHING;
  }
  switch (key) {
    case 'A':
      return UP;
    case 'B':
      return DOWN;
    case 'C':
      return RIGHT;
    case 'D':
      return LEFT;
    case 'H':
      return HOME;
    case 'F':
      return END;
    case '~':
      return number == 3 ? DELETE_RIGHT : number == 1 || number == 7 ? HOME
                                        : number == 4 || number == 8 ? END : NOTHING;
    default:
      return NOTHING;
  }
}

/* Changes the line; returns 1 when it is finished, -1 at the end of input, 2 when given up. */
static int handle(Editor *editor, int key) {
  switch (key) {
    case -1:
      return -1;
    case '\r':
    case '\n':
      return 1;
    case CONTROL('c'):
      return 2;
    case CONTROL('d'):
      if (editor->length == 0) return -1;
      erase(editor, editor->cursor, right_of(editor));
      return 0;
    case CONTROL('h'):
    case DELETE:
      erase(editor, left_of(editor), editor->cursor);
      return 0;
    case DELETE_RIGHT: {
      size_t at = editor->cursor;
      erase(editor, at, right_of(editor));
      return 0;
    }
    case CONTROL('w'):
      erase(editor, word_left_of(editor), editor->cursor);
      return 0;
    case CONTROL('u'):
      erase(editor, 0, editor->cursor);
      return 0;
    case CONTROL('k'):
      editor->length = editor->cursor;
      return 0;
    case CONTROL('a'):
    case HOME:
      editor->cursor = 0;
      return 0;
    case CONTROL('e'):
    case END:
      editor->cursor = editor->length;
      return 0;
    case CONTROL('b'):
    case LEFT:
      editor->cursor = left_of(editor);
      return 0;
    case CONTROL('f'):
    case RIGHT:
      editor->cursor = right_of(editor);
      return 0;
    case CONTROL('p'):
    case UP:
      show_history(editor, editor->history_at - 1);
      return 0;
    case CONTROL('n'):
    case DOWN:
      show_history(editor, editor->history_at + 1);
      return 0;
    case CONTROL('l'):
      put("\033[H\033[2J");
      return 0;
    case '\t':
      complete(editor);
      return 0;
    default:
      if (key >= ' ' && key < 256) {
        char c = (char)key;
        insert(editor, &c, 1);
      }
      return 0;
  }
}

static void window_changed(int number) { (void)number; }

static char *edit_line(const char *prompt) {
  static Editor editor;
  /* Not restarted: the read ends, and the line is drawn for the new width. */
  struct sigaction on_change = {.sa_handler = window_changed}, otherwise;
  sigaction(SIGWINCH, &on_change, &otherwise);
  struct termios before, raw;
  tcgetattr(0, &before);
  raw = before;
  raw.c_iflag &= ~(tcflag_t)(ICRNL | IXON);
  raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ISIG | IEXTEN);
  raw.c_cc[VMIN] = 1;
  raw.c_cc[VTIME] = 0;
  tcsetattr(0, TCSADRAIN, &raw);
  editor = (Editor){.prompt = prompt, .history_at = history_count};
  int outcome = 0;
  while (outcome == 0) {
    redraw(&editor);
    outcome = handle(&editor, read_key());
  }
  if (outcome == 1) {
    editor.cursor = editor.length;
    redraw(&editor);
  }
  put(outcome == 2 ? "^C\r\n" : "\r\n");
  tcsetattr(0, TCSADRAIN, &before);
  sigaction(SIGWINCH, &otherwise, NULL);
  if (outcome < 0) return NULL;
  return copy_text(editor.bytes, outcome == 2 ? 0 : editor.length);
}

char *read_line(const char *prompt, int is_terminal) {
  if (is_terminal) return edit_line(prompt);
  /* Byte by byte: what follows the line belongs to the programs that it runs. */
  Text line = {0};
  char c;
  ssize_t count = 0;
  while ((count = read(0, &c, 1)) == 1 && c != '\n') add_byte(&line, c);
  return count <= 0 && line.length == 0 ? NULL : finished(&line);
}
