/* Shows the size of its terminal, now and whenever it changes. */
#include <signal.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

static void show(int number) {
  struct winsize size;
  char text[32];
  (void)number;
  ioctl(0, TIOCGWINSZ, &size);
  int length = snprintf(text, sizeof text, "%dx%d\n", size.ws_col, size.ws_row);
  if (write(1, text, (size_t)length) < 0) _exit(1);
}

int main(void) {
  signal(SIGWINCH, show);
  show(0);
  for (;;) pause();
}
