/* <string.h>, <ctype.h> and strtol. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int sign(int value) { return (value > 0) - (value < 0); }

static void number(const char *text, int base) {
  char *end;
  errno = 0;
  long value = strtol(text, &end, base);
  int number_error = errno;
  errno = 0;
  unsigned long magnitude = strtoul(text, NULL, base);
  printf("'%s' base %d: %ld %d, %lu %d, rest '%s'\n", text, base, value, number_error, magnitude,
         errno, end);
}

int main(void) {
  char text[64] = "page";
  strcat(text, "walk");
  volatile size_t two = 2;
  strncat(text, "er and more", two);
  printf("%s %zu %zu\n", text, strlen(text), strnlen(text, 3));
  printf("%d %d %d %d\n", sign(strcmp("a", "b")), sign(strcmp("ab", "a")), strcmp("x", "x"),
         strncmp("abcd", "abxx", 2));
  printf("%d\n", sign(strcmp("\x80", "\x7f")));
  printf("%s %s %s %s\n", strchr("level", 'e'), strrchr("level", 'e'), strstr("a walk", "wa"),
         strpbrk("frame", "mr"));
  printf("%d %d\n", strchr("abc", 'x') == NULL, strstr("abc", "abcd") == NULL);
  printf("%zu %zu\n", strspn("0x123", "0x"), strcspn("key=value", "="));
  char list[] = ",a,,b c,d,";
  char *rest;
  for (char *at = strtok_r(list, ",", &rest); at; at = strtok_r(NULL, ",", &rest)) printf("<%s>", at);
  printf("\n");

  char overlap[] = "0123456789";
  memmove(overlap + 2, overlap, 6);
  printf("%s ", overlap);
  memmove(overlap, overlap + 3, 7);
  printf("%s\n", overlap);
  unsigned char bytes[67];
  for (int offset = 0; offset < 9; offset++) {
    memset(bytes, 0, sizeof bytes);
    memset(bytes + offset, 0xa5, 40);
    memmove(bytes + offset + 3, bytes + offset, 40);
    memcpy(bytes, bytes + 50, 5);
    unsigned sum = 0;
    for (size_t i = 0; i < sizeof bytes; i++) sum = sum * 31 + bytes[i];
    printf("%u ", sum);
  }
  printf("\n%d %d\n", sign(memcmp("\x01\xff", "\x01\x02", 2)), memchr("abc", 'c', 2) == NULL);
  char padded[6];
  memset(padded, '#', sizeof padded);
  strncpy(padded, "ab", 4);
  for (int i = 0; i < 6; i++) printf("%d ", padded[i]);
  char *copy = strndup("duplicate", 3);
  printf("%s\n", copy);
  free(copy);

  int classes = 0;
  for (int c = 0; c < 128; c++) {
    classes = classes * 3 + !!isalpha(c) + 2 * !!isdigit(c) + 4 * !!isspace(c) + 8 * !!ispunct(c) +
              16 * !!isxdigit(c) + 32 * !!iscntrl(c) + 64 * !!isprint(c) + toupper(c) - tolower(c);
  }
  printf("%x\n", (unsigned)classes);

  number("42", 10);
  number("  -17rest", 10);
  number("0x1fg", 0);
  number("0755", 0);
  number("zz", 36);
  number("", 10);
  number("0x", 16);
  number("9223372036854775807", 10);
  number("9223372036854775808", 10);
  number("-9223372036854775808", 10);
  number("-9223372036854775809", 10);
  number("99999999999999999999", 10);
  int numbers[] = {0, EPERM, ENOENT, EINTR, EBADF, EAGAIN, ENOMEM, EFAULT, EINVAL, ENOSYS, 9999};
  for (int i = 0; i < 11; i++) printf("%s\n", strerror(numbers[i]));
  return 0;
}
