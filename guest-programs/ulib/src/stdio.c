/* Buffered streams over descriptors. stdout is line-buffered on a terminal, stderr unbuffered. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "internal.h"

#define UNDECIDED (-1) /* stdout: line- or fully buffered, known at its first byte */

struct __stream {
  int fd;
  int mode; /* _IOFBF, _IOLBF, _IONBF or UNDECIDED */
  int is_eof, is_error, is_append;
  int pushed_back; /* a byte of ungetc, or EOF */
  size_t read_at, read_end; /* bytes of buffer that are read but not yet taken */
  size_t written;           /* bytes of buffer that wait to be written */
  FILE *next;               /* every open stream, for fflush(NULL) and exit */
  unsigned char buffer[BUFSIZ];
};

static FILE standard_input = {.fd = 0, .mode = _IOFBF, .pushed_back = EOF};
static FILE standard_output = {
    .fd = 1, .mode = UNDECIDED, .pushed_back = EOF, .next = &standard_input};
static FILE standard_error = {
    .fd = 2, .mode = _IONBF, .pushed_back = EOF, .next = &standard_output};
FILE *const stdin = &standard_input;
FILE *const stdout = &standard_output;
FILE *const stderr = &standard_error;
static FILE *open_streams = &standard_error;

FILE *fdopen(int fd, const char *mode) {
  FILE *stream = calloc(1, sizeof *stream);
  if (!stream) return NULL;
  stream->fd = fd;
  stream->mode = _IOFBF;
  stream->is_append = mode[0] == 'a';
  stream->pushed_back = EOF;
  stream->next = open_streams;
  open_streams = stream;
  return stream;
}

FILE *fopen(const char *path, const char *mode) {
  int flags = strchr(mode, '+') ? O_RDWR : mode[0] == 'r' ? O_RDONLY : O_WRONLY;
  if (mode[0] == 'w') flags |= O_CREAT | O_TRUNC;
  else if (mode[0] == 'a') flags |= O_CREAT | O_APPEND;
  else if (mode[0] != 'r') {
    errno = EINVAL;
    return NULL;
  }
  if (strchr(mode, 'x')) flags |= O_EXCL;
  if (strchr(mode, 'e')) flags |= O_CLOEXEC;
  int fd = open(path, flags, 0666);
  if (fd < 0) return NULL;
  FILE *stream = fdopen(fd, mode);
  if (!stream) close(fd);
  return stream;
}

static int flush_one(FILE *stream) {
  size_t at = 0;
  while (at < stream->written) {
    ssize_t count = write(stream->fd, stream->buffer + at, stream->written - at);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) {
      stream->is_error = 1;
      stream->written = 0;
      return EOF;
    }
    at += (size_t)count;
  }
  stream->written = 0;
  return 0;
}

/* Gives up what was read ahead: the descriptor's offset becomes the stream's. */
static void drop_input(FILE *stream) {
  long ahead = (long)(stream->read_end - stream->read_at) + (stream->pushed_back != EOF);
  if (ahead > 0) lseek(stream->fd, -ahead, SEEK_CUR);
  stream->read_at = stream->read_end = 0;
  stream->pushed_back = EOF;
}

void __flush_all(void) {
  for (FILE *stream = open_streams; stream; stream = stream->next) flush_one(stream);
}

int fflush(FILE *stream) {
  if (stream) return flush_one(stream);
  __flush_all();
  return 0;
}

int fclose(FILE *stream) {
  int result = flush_one(stream);
  if (close(stream->fd) < 0) result = EOF;
  FILE **link = &open_streams;
  while (*link != stream) link = &(*link)->next;
  *link = stream->next;
  if (stream != stdin && stream != stdout && stream != stderr) free(stream);
  return result;
}

int setvbuf(FILE *stream, char *buffer, int mode, size_t size) {
  (void)buffer; /* a stream always uses its own buffer; only the mode is the caller's */
  (void)size;
  if (mode < _IOFBF || mode > _IONBF) return -1;
  stream->mode = mode;
  return 0;
}
void setbuf(FILE *stream, char *buffer) { setvbuf(stream, buffer, buffer ? _IOFBF : _IONBF, 0); }

int fileno(FILE *stream) { return stream->fd; }
int feof(FILE *stream) { return stream->is_eof; }
int ferror(FILE *stream) { return stream->is_error; }
void clearerr(FILE *stream) { stream->is_eof = stream->is_error = 0; }

int fseek(FILE *stream, long offset, int whence) {
  if (flush_one(stream) < 0) return -1;
  drop_input(stream);
  stream->is_eof = 0;
  return lseek(stream->fd, offset, whence) < 0 ? -1 : 0;
}
long ftell(FILE *stream) {
  off_t at = lseek(stream->fd, 0, stream->is_append && stream->written ? SEEK_END : SEEK_CUR);
  if (at < 0) return -1;
  long ahead = (long)(stream->read_end - stream->read_at) + (stream->pushed_back != EOF);
  return at + (long)stream->written - ahead;
}
void rewind(FILE *stream) {
  fseek(stream, 0, SEEK_SET);
  clearerr(stream);
}

int fputc(int c, FILE *stream) {
  if (stream->read_end > stream->read_at || stream->pushed_back != EOF) drop_input(stream);
  if (stream->mode == UNDECIDED) stream->mode = isatty(stream->fd) ? _IOLBF : _IOFBF;
  stream->buffer[stream->written++] = (unsigned char)c;
  int is_due = stream->written == sizeof stream->buffer || stream->mode == _IONBF ||
               (stream->mode == _IOLBF && c == '\n');
  if (is_due && flush_one(stream) < 0) return EOF;
  return (unsigned char)c;
}
int putc(int c, FILE *stream) { return fputc(c, stream); }
int putchar(int c) { return fputc(c, stdout); }

size_t fwrite(const void *source, size_t size, size_t count, FILE *stream) {
  const unsigned char *bytes = source;
  /* An unbuffered stream is buffered for the length of this call: one write(2), not many. */
  int mode = stream->mode;
  if (mode == _IONBF) stream->mode = _IOFBF;
  size_t done = 0;
  while (done < size * count && fputc(bytes[done], stream) != EOF) done++;
  stream->mode = mode == UNDECIDED ? stream->mode : mode;
  if (mode == _IONBF && flush_one(stream) < 0) return 0;
  return size == 0 ? 0 : done / size;
}
int fputs(const char *text, FILE *stream) {
  size_t length = strlen(text);
  return fwrite(text, 1, length, stream) == length ? 0 : EOF;
}
int puts(const char *text) {
  return fputs(text, stdout) < 0 || fputc('\n', stdout) < 0 ? EOF : 0;
}

int fgetc(FILE *stream) {
  if (stream->pushed_back != EOF) {
    int c = stream->pushed_back;
    stream->pushed_back = EOF;
    return c;
  }
  if (stream->read_at == stream->read_end) {
    if (stream->written > 0) flush_one(stream);
    /* A question printed without a newline is seen before its answer is awaited. */
    if (stream == stdin && stdout->mode == _IOLBF) flush_one(stdout);
    ssize_t count = read(stream->fd, stream->buffer, sizeof stream->buffer);
    if (count <= 0) {
      if (count < 0) stream->is_error = 1;
      else stream->is_eof = 1;
      return EOF;
    }
    stream->read_at = 0;
    stream->read_end = (size_t)count;
  }
  return stream->buffer[stream->read_at++];
}
int getc(FILE *stream) { return fgetc(stream); }
int getchar(void) { return fgetc(stdin); }
int ungetc(int c, FILE *stream) {
  if (c == EOF || stream->pushed_back != EOF) return EOF;
  stream->is_eof = 0;
  return stream->pushed_back = (unsigned char)c;
}

size_t fread(void *target, size_t size, size_t count, FILE *stream) {
  unsigned char *bytes = target;
  size_t done = 0;
  for (int c; done < size * count && (c = fgetc(stream)) != EOF;) bytes[done++] = (unsigned char)c;
  return size == 0 ? 0 : done / size;
}

char *fgets(char *line, int size, FILE *stream) {
  int length = 0;
  while (length < size - 1) {
    int c = fgetc(stream);
    if (c == EOF) break;
    line[length++] = (char)c;
    if (c == '\n') break;
  }
  if (length == 0) return NULL;
  line[length] = 0;
  return line;
}

ssize_t getline(char **line, size_t *size, FILE *stream) {
  size_t length = 0;
  for (int c = 0; c != '\n';) {
    c = fgetc(stream);
    if (c == EOF) break;
    if (!*line || length + 2 > *size) {
      size_t grown = *line && *size > 0 ? *size * 2 : 120;
      char *moved = realloc(*line, grown);
      if (!moved) return -1;
      *line = moved;
      *size = grown;
    }
    (*line)[length++] = (char)c;
  }
  if (length == 0) return -1;
  (*line)[length] = 0;
  return (ssize_t)length;
}

void perror(const char *what) {
  int number = errno;
  if (what && *what) fprintf(stderr, "%s: %s\n", what, strerror(number));
  else fprintf(stderr, "%s\n", strerror(number));
}
