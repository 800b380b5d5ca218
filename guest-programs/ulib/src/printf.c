/* The printf family over one formatter and three sinks. */
#include <limits.h>
#include <stdio.h>
#include <unistd.h>
#include "internal.h"

static void to_stream(void *target, char c) { fputc(c, target); }

int vfprintf(FILE *stream, const char *format, va_list arguments) {
  /* As in fwrite: an unbuffered stream gets its text in one write(2). */
  if (stream == stderr) {
    fflush(stderr);
    setvbuf(stderr, NULL, _IOFBF, 0);
    int count = __format(to_stream, stderr, format, arguments);
    setvbuf(stderr, NULL, _IONBF, 0);
    return fflush(stderr) < 0 ? -1 : count;
  }
  int count = __format(to_stream, stream, format, arguments);
  return ferror(stream) ? -1 : count;
}

typedef struct {
  char *text;
  size_t size, length;
} Text;

static void to_text(void *target, char c) {
  Text *text = target;
  if (text->length + 1 < text->size) text->text[text->length] = c;
  text->length++;
}

int vsnprintf(char *target, size_t size, const char *format, va_list arguments) {
  Text text = {target, size, 0};
  int count = __format(to_text, &text, format, arguments);
  if (size > 0) target[text.length < size ? text.length : size - 1] = 0;
  return count;
}

typedef struct {
  int fd, is_error;
  size_t length;
  char bytes[256];
} Descriptor;

static void flush_descriptor(Descriptor *descriptor) {
  for (size_t at = 0; at < descriptor->length && !descriptor->is_error;) {
    ssize_t count = write(descriptor->fd, descriptor->bytes + at, descriptor->length - at);
    if (count < 0) descriptor->is_error = 1;
    else at += (size_t)count;
  }
  descriptor->length = 0;
}

static void to_descriptor(void *target, char c) {
  Descriptor *descriptor = target;
  descriptor->bytes[descriptor->length++] = c;
  if (descriptor->length == sizeof descriptor->bytes) flush_descriptor(descriptor);
}

int dprintf(int fd, const char *format, ...) {
  Descriptor descriptor = {.fd = fd};
  va_list arguments;
  va_start(arguments, format);
  int count = __format(to_descriptor, &descriptor, format, arguments);
  va_end(arguments);
  flush_descriptor(&descriptor);
  return descriptor.is_error ? -1 : count;
}

int vprintf(const char *format, va_list arguments) { return vfprintf(stdout, format, arguments); }
int vsprintf(char *target, const char *format, va_list arguments) {
  return vsnprintf(target, INT_MAX, format, arguments);
}

int printf(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  int count = vfprintf(stdout, format, arguments);
  va_end(arguments);
  return count;
}

int fprintf(FILE *stream, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  int count = vfprintf(stream, format, arguments);
  va_end(arguments);
  return count;
}

int sprintf(char *target, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  int count = vsprintf(target, format, arguments);
  va_end(arguments);
  return count;
}

int snprintf(char *target, size_t size, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  int count = vsnprintf(target, size, format, arguments);
  va_end(arguments);
  return count;
}
