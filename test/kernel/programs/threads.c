// Threads of one process: mutexes, conditions, thread-local storage, joining.
#define _GNU_SOURCE
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static pthread_barrier_t barrier;
static __thread int own = 7;
static long total;
static int turn;
static sem_t slots;

static void *add(void *argument) {
  for (int i = 0; i < 20000; i++) {
    pthread_mutex_lock(&lock);
    total++;
    pthread_mutex_unlock(&lock);
    own++;
  }
  pthread_barrier_wait(&barrier);
  return (void *)(long)own;
}

static void *inTurn(void *argument) {
  long me = (long)argument;
  for (int round = 0; round < 3; round++) {
    pthread_mutex_lock(&lock);
    while (turn % 3 != me) pthread_cond_wait(&changed, &lock);
    printf("turn %d\n", turn++);
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
  }
  return 0;
}

static void *post(void *argument) {
  usleep(1000);
  sem_post(&slots);
  return 0;
}

static void *leave(void *argument) {
  pthread_exit((void *)55);
}

static pthread_mutex_t *robust;

static void *die_with_lock(void *argument) {
  pthread_mutex_lock(robust);
  return 0;
}

/* A robust mutex whose owner, a thread or another process, has died. */
static void inherit(void) {
  pthread_t thread;
  pthread_mutexattr_t attributes;
  robust = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  pthread_mutexattr_init(&attributes);
  pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
  pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
  pthread_mutex_init(robust, &attributes);
  pthread_create(&thread, 0, die_with_lock, 0);
  pthread_join(thread, 0);
  printf("after a thread: %s\n", strerror(pthread_mutex_lock(robust)));
  printf("made consistent: %d\n", pthread_mutex_consistent(robust));
  pthread_mutex_unlock(robust);
  fflush(stdout);
  int locked[2];
  char byte;
  pipe(locked);
  if (fork() == 0) {
    pthread_mutex_lock(robust);
    write(locked[1], "x", 1);
    usleep(20000);
    raise(SIGKILL);
  }
  read(locked[0], &byte, 1);
  printf("after a process: %s\n", strerror(pthread_mutex_lock(robust)));
  pthread_mutex_unlock(robust);
  printf("given up: %s\n", strerror(pthread_mutex_lock(robust)));
  wait(0);
}

static volatile int word, neighbour;

static void *wait_for_word(void *argument) {
  long result = syscall(SYS_futex, &word, 0 /* FUTEX_WAIT, shared */, 0, 0, 0, 0);
  printf("woken with %ld\n", result);
  return 0;
}

/* A shared futex in private memory is found again after copy on write has changed its frame. */
static void wake_after_copy(void) {
  pthread_t thread;
  pthread_create(&thread, 0, wait_for_word, 0);
  usleep(20000);
  pid_t child = fork();
  if (child == 0) {
    usleep(40000);
    _exit(0);
  }
  neighbour = 1; // On the same page, which becomes the parent's own.
  long woken;
  while ((woken = syscall(SYS_futex, &word, 1 /* FUTEX_WAKE, shared */, 1, 0, 0, 0)) == 0) usleep(1000);
  printf("woke %ld\n", woken);
  pthread_join(thread, 0);
  waitpid(child, 0, 0);
}

int main(void) {
  pthread_t threads[4];
  void *result;
  pthread_barrier_init(&barrier, 0, 4);
  for (long i = 0; i < 4; i++) pthread_create(&threads[i], 0, add, (void *)i);
  for (int i = 0; i < 4; i++) {
    pthread_join(threads[i], &result);
    printf("thread's own %ld\n", (long)result);
  }
  printf("total %ld own %d\n", total, own);
  for (long i = 0; i < 3; i++) pthread_create(&threads[i], 0, inTurn, (void *)i);
  for (int i = 0; i < 3; i++) pthread_join(threads[i], 0);
  sem_init(&slots, 0, 0);
  pthread_create(&threads[0], 0, post, 0);
  sem_wait(&slots);
  pthread_join(threads[0], 0);
  pthread_create(&threads[0], 0, leave, 0);
  pthread_join(threads[0], &result);
  printf("left with %ld\n", (long)result);
  fflush(stdout);
  inherit();
  wake_after_copy();
  struct timespec soon = {0, 0};
  pthread_mutex_lock(&lock);
  printf("timed out %d\n", pthread_cond_timedwait(&changed, &lock, &soon));
  if (fork() == 0) _exit(0);
  pthread_create(&threads[0], 0, leave, 0);
  exit(6);
}
