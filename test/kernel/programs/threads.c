// Threads of one process: mutexes, conditions, thread-local storage, joining.
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
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
  struct timespec soon = {0, 0};
  pthread_mutex_lock(&lock);
  printf("timed out %d\n", pthread_cond_timedwait(&changed, &lock, &soon));
  if (fork() == 0) _exit(0);
  pthread_create(&threads[0], 0, leave, 0);
  exit(6);
}
