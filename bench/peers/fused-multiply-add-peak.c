// The most multiply-adds this machine can do: chains of independent sums that never leave the registers.
//     cc -O3 -march=native -mprefer-vector-width=512 -ffp-contract=fast -pthread fused-multiply-add-peak.c -o peak && ./peak THREADS
// Speaks as the benchmark's other workers do; one "settle" is FLOP floating-point operations on all threads together.
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#if defined(__AVX512F__)
enum { WIDTH = 16, CHAINS = 24 };
#elif defined(__AVX__)
enum { WIDTH = 8, CHAINS = 12 };
#elif defined(__aarch64__)
enum { WIDTH = 4, CHAINS = 24 };
#else
enum { WIDTH = 4, CHAINS = 12 };
#endif
typedef float vector __attribute__((vector_size(4 * WIDTH)));

// Keeps a compiler from reading an operand from memory each time: loads would be measured too.
#if defined(__SSE__)
#define IN_REGISTER(x) __asm__ volatile("" : "+v"(x))
#elif defined(__aarch64__)
#define IN_REGISTER(x) __asm__ volatile("" : "+w"(x))
#else
#define IN_REGISTER(x) (void)0
#endif

static const double FLOP = 1e9;
// Where the sums go, so that no compiler finds them useless.
static volatile float sink[256];

struct share {
  long repeats;
  int thread;
};

static void *work(void *argument) {
  const struct share *share = argument;
  vector sums[CHAINS], factor, term;
  for (int lane = 0; lane < WIDTH; lane++) {
    factor[lane] = 0.999f;
    term[lane] = 0.001f * (float)(share->thread + 1);
  }
  for (int chain = 0; chain < CHAINS; chain++) sums[chain] = term * (float)chain;
  for (long repeat = 0; repeat < share->repeats; repeat++) {
    IN_REGISTER(factor);
    IN_REGISTER(term);
#if defined(__clang__)
#pragma clang loop unroll(full)
#elif defined(__GNUC__)
#pragma GCC unroll 32
#endif
    for (int chain = 0; chain < CHAINS; chain++) sums[chain] = sums[chain] * factor + term;
  }
  float total = 0;
  for (int chain = 0; chain < CHAINS; chain++) total += sums[chain][0];
  sink[share->thread % 256] = total;
  return NULL;
}

static void run(int threads) {
  pthread_t others[256];
  struct share shares[256];
  for (int thread = 0; thread < threads; thread++) {
    shares[thread].repeats = (long)(FLOP / threads / (2.0 * WIDTH * CHAINS));
    shares[thread].thread = thread;
  }
  for (int thread = 1; thread < threads; thread++) pthread_create(&others[thread], NULL, work, &shares[thread]);
  work(&shares[0]);
  for (int thread = 1; thread < threads; thread++) pthread_join(others[thread], NULL);
}

int main(int count, char **words) {
  int threads = count > 1 ? atoi(words[1]) : 1;
  if (threads < 1 || threads > 256) return 2;
  struct timespec begun, done;
  clock_gettime(CLOCK_MONOTONIC, &begun);
  run(threads);
  clock_gettime(CLOCK_MONOTONIC, &done);
  double seconds = (double)(done.tv_sec - begun.tv_sec) + 1e-9 * (double)(done.tv_nsec - begun.tv_nsec);
  printf("{\"kind\": \"ready\", \"version\": \"%d floats a vector\", \"seconds\": {\"load\": 0, \"first\": %g}}\n", WIDTH, seconds);
  fflush(stdout);
  char line[4096];
  while (fgets(line, sizeof line, stdin)) {
    const char *times = strstr(line, "\"times\":");
    if (times == NULL) {
      printf("{}\n");
    } else {
      for (long left = atol(times + 8); left > 0; left--) run(threads);
      printf("{}\n");
    }
    fflush(stdout);
  }
  return 0;
}
