/* Signals. The kernel maps the page that a handler returns through, so there is no restorer. */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "internal.h"

int kill(pid_t pid, int signal) { return (int)CALL(SYS_kill, pid, signal); }
int killpg(pid_t group, int signal) { return kill(-group, signal); }
int raise(int signal) { return kill(getpid(), signal); }

int sigaction(int signal, const struct sigaction *action, struct sigaction *previous) {
  return (int)CALL(SYS_rt_sigaction, signal, action, previous, sizeof(sigset_t));
}
int sigaltstack(const stack_t *stack, stack_t *previous) {
  return (int)CALL(SYS_sigaltstack, stack, previous);
}
void (*signal(int signal, void (*handler)(int)))(int) {
  struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART}, previous;
  return sigaction(signal, &action, &previous) < 0 ? SIG_ERR : previous.sa_handler;
}
int sigprocmask(int how, const sigset_t *set, sigset_t *previous) {
  return (int)CALL(SYS_rt_sigprocmask, how, set, previous, sizeof *set);
}
int sigpending(sigset_t *set) { return (int)CALL(SYS_rt_sigpending, set, sizeof *set); }
int sigsuspend(const sigset_t *mask) { return (int)CALL(SYS_rt_sigsuspend, mask, sizeof *mask); }
int pause(void) {
  sigset_t mask;
  sigprocmask(SIG_BLOCK, NULL, &mask);
  return sigsuspend(&mask);
}

int sigemptyset(sigset_t *set) {
  *set = 0;
  return 0;
}
int sigfillset(sigset_t *set) {
  *set = ~0UL;
  return 0;
}
/* The bit of a signal, or 0 and EINVAL. */
static sigset_t bit_of(int signal) {
  if (signal > 0 && signal < NSIG) return 1UL << (signal - 1);
  errno = EINVAL;
  return 0;
}
int sigaddset(sigset_t *set, int signal) {
  *set |= bit_of(signal);
  return bit_of(signal) ? 0 : -1;
}
int sigdelset(sigset_t *set, int signal) {
  *set &= ~bit_of(signal);
  return bit_of(signal) ? 0 : -1;
}
int sigismember(const sigset_t *set, int signal) {
  sigset_t bit = bit_of(signal);
  return bit ? (*set & bit) != 0 : -1;
}

/* A sigjmp_buf holds, behind the jmp_buf, whether the mask was saved and the mask. */
enum { MASK_SAVED = 26, MASK = 27 };
void __save_signal_mask(unsigned long *environment, int save_mask) {
  environment[MASK_SAVED] = save_mask != 0;
  if (save_mask) sigprocmask(SIG_BLOCK, NULL, &environment[MASK]);
}
_Noreturn void siglongjmp(sigjmp_buf environment, int value) {
  if (environment[MASK_SAVED]) sigprocmask(SIG_SETMASK, &environment[MASK], NULL);
  longjmp(environment, value);
}

static const char *const names[] = {
    [SIGHUP] = "Hangup",
    [SIGINT] = "Interrupt",
    [SIGQUIT] = "Quit",
    [SIGILL] = "Illegal instruction",
    [SIGTRAP] = "Trace/breakpoint trap",
    [SIGABRT] = "Aborted",
    [SIGBUS] = "Bus error",
    [SIGFPE] = "Floating point exception",
    [SIGKILL] = "Killed",
    [SIGUSR1] = "User defined signal 1",
    [SIGSEGV] = "Segmentation fault",
    [SIGUSR2] = "User defined signal 2",
    [SIGPIPE] = "Broken pipe",
    [SIGALRM] = "Alarm clock",
    [SIGTERM] = "Terminated",
    [SIGCHLD] = "Child exited",
    [SIGCONT] = "Continued",
    [SIGSTOP] = "Stopped (signal)",
    [SIGTSTP] = "Stopped",
    [SIGTTIN] = "Stopped (tty input)",
    [SIGTTOU] = "Stopped (tty output)",
    [SIGURG] = "Urgent I/O condition",
    [SIGXCPU] = "CPU time limit exceeded",
    [SIGXFSZ] = "File size limit exceeded",
    [SIGVTALRM] = "Virtual timer expired",
    [SIGPROF] = "Profiling timer expired",
    [SIGWINCH] = "Window changed",
    [SIGIO] = "I/O possible",
    [SIGPWR] = "Power failure",
    [SIGSYS] = "Bad system call",
};

char *strsignal(int number) {
  static char unknown[40];
  int count = sizeof names / sizeof names[0];
  if (number > 0 && number < count && names[number]) return (char *)names[number];
  snprintf(unknown, sizeof unknown, "Unknown signal %d", number);
  return unknown;
}
