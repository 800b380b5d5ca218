/* SIGSEGV and SIGBUS with their codes and addresses: unmapped, protected, past the end of a file. */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static sigjmp_buf environment;
static volatile sig_atomic_t signal_number, code;
static char *volatile address;

static void caught(int signal, siginfo_t *info, void *context) {
  (void)context;
  signal_number = signal;
  code = info->si_code;
  address = info->si_addr;
  siglongjmp(environment, 1);
}

static const char *name(void) {
  if (signal_number == SIGBUS) return code == BUS_ADRERR ? "SIGBUS ADRERR" : "SIGBUS ?";
  return code == SEGV_MAPERR ? "SIGSEGV MAPERR" : code == SEGV_ACCERR ? "SIGSEGV ACCERR" : "?";
}

static void read_at(const char *what, char *at) {
  if (sigsetjmp(environment, 1) == 0) printf("%s: read %d\n", what, *(volatile char *)at);
  else printf("%s: %s, address right %d\n", what, name(), address == at);
}
static void write_at(const char *what, char *at) {
  if (sigsetjmp(environment, 1) == 0) {
    *(volatile char *)at = 1;
    printf("%s: written\n", what);
  } else {
    printf("%s: %s, address right %d\n", what, name(), address == at);
  }
}

int main(void) {
  struct sigaction action = {.sa_sigaction = caught};
  action.sa_flags = SA_SIGINFO;
  sigaction(SIGSEGV, &action, NULL);
  sigaction(SIGBUS, &action, NULL);
  char *map = mmap(NULL, 5 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  map[0] = 42;
  read_at("null", NULL);
  read_at("mapped", map);
  mprotect(map, 4096, PROT_READ);
  read_at("read-only", map);
  write_at("read-only", map + 5);
  mprotect(map, 4096, PROT_NONE);
  read_at("no access", map + 4095);
  mprotect(map, 4096, PROT_READ | PROT_WRITE);
  read_at("access again, contents kept", map);
  write_at("access again", map);
  munmap(map + 4096, 4096);
  write_at("hole", map + 4096);
  write_at("after the hole", map + 8192);
  mprotect(map + 3 * 4096, 4096, PROT_READ);
  read_at("never touched, read-only", map + 3 * 4096);
  write_at("never touched, read-only", map + 3 * 4096);

  int fd = open("short", O_RDWR | O_CREAT | O_TRUNC, 0600);
  if (write(fd, "12345", 5) != 5) return 1;
  char *file = mmap(NULL, 3 * 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  read_at("in the file", file + 4);
  read_at("in its last page, past its end", file + 100);
  read_at("past its last page", file + 4096);
  write_at("past its last page", file + 8192);
  if (ftruncate(fd, 2 * 4096) < 0) return 1;
  write_at("after the file grew", file + 4096);
  if (ftruncate(fd, 100) < 0) return 1;
  read_at("after it shrank", file + 4096);
  munmap(file, 3 * 4096);
  file = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);
  write_at("a read-only mapping of a file", file);
  close(fd);
  unlink("short");
  return 0;
}
