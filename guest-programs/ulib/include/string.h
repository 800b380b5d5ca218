/* ISO C and POSIX <string.h>. */
#pragma once
#include <stddef.h>

void *memchr(const void *block, int c, size_t size);
int memcmp(const void *left, const void *right, size_t size);
void *memcpy(void *restrict target, const void *restrict source, size_t size);
void *memmove(void *target, const void *source, size_t size);
void *memset(void *target, int c, size_t size);
char *stpcpy(char *restrict target, const char *restrict source);
char *strcat(char *restrict target, const char *restrict source);
char *strchr(const char *text, int c);
int strcmp(const char *left, const char *right);
char *strcpy(char *restrict target, const char *restrict source);
size_t strcspn(const char *text, const char *stop);
char *strdup(const char *text);
char *strerror(int number);
size_t strlen(const char *text);
char *strncat(char *restrict target, const char *restrict source, size_t size);
int strncmp(const char *left, const char *right, size_t size);
char *strncpy(char *restrict target, const char *restrict source, size_t size);
char *strndup(const char *text, size_t size);
size_t strnlen(const char *text, size_t size);
char *strpbrk(const char *text, const char *set);
char *strrchr(const char *text, int c);
char *strsignal(int number);
size_t strspn(const char *text, const char *set);
char *strstr(const char *text, const char *part);
char *strtok(char *restrict text, const char *restrict separators);
char *strtok_r(char *restrict text, const char *restrict separators, char **restrict rest);
