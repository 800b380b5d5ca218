/* Standard input by lines and by bytes. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int main(void) {
  char line[100];
  int lines = 0;
  unsigned long bytes = 0;
  while (lines < 3 && fgets(line, sizeof line, stdin)) {
    lines++;
    bytes += strlen(line);
    printf("%d: %s", lines, line);
  }
  unsigned checksum = 0;
  for (int c; (c = getchar()) != EOF; bytes++) checksum = checksum * 31 + (unsigned)c;
  printf("%lu bytes, checksum %u, at the end %d\n", bytes, checksum, feof(stdin) != 0);
  printf("read after the end %zd\n", read(0, line, 1));
  return 0;
}
