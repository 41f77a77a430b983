/**
 * The part of every generated file that does not depend on the Program: memory, threads, and the entry.
 *
 * `settle_run(group, temporary, shared, partial, request, stop)`; the request is a list of int64:
 * threads, samples, lane groups, number of schedule entries, (phase, times)…, number of inputs, (offset in a lane group,
 * offset in a single sample, elements, address of `[samples][elements]`)…, number of outputs, (the same)…. Samples
 * beyond those of the lane groups are single groups behind them. Returns 1 if it was stopped, 2 if no thread could be
 * started.
 * `settle_prefer_large_pages(start, bytes)` is for memory that has just been taken.
 */
export const runtimeText = `
#include <pthread.h>
#include <string.h>
#if defined(__SSE__)
#include <xmmintrin.h>
#endif
#if defined(__linux__)
#include <sys/mman.h>
#endif

/* Asks for large pages, all that begin in it, where much is written for the first time: a fault for every 4 KiB costs
   more than the copy. */
__attribute__((visibility("default"))) void settle_prefer_large_pages(const void *start, int64_t bytes) {
#if defined(__linux__) && defined(MADV_HUGEPAGE)
  const uintptr_t page = 2 << 20, from = ((uintptr_t)start + page - 1) & ~(page - 1);
  const uintptr_t to = ((uintptr_t)start + (uintptr_t)bytes + page - 1) & ~(page - 1);
  if (to > from) madvise((void *)from, to - from, MADV_HUGEPAGE);
#else
  (void)start, (void)bytes;
#endif
}

/* Subnormal numbers are taken for 0: they would cost a hundred times as much as others. */
static unsigned long flush_subnormals(void) {
#if defined(__SSE__)
  const unsigned before = _mm_getcsr();
  _mm_setcsr(before | 0x8040);
  return before;
#elif defined(__aarch64__)
  unsigned long before;
  __asm__ volatile("mrs %0, fpcr" : "=r"(before));
  __asm__ volatile("msr fpcr, %0" : : "r"(before | (1ul << 24)));
  return before;
#else
  return 0;
#endif
}

static void restore_subnormals(unsigned long before) {
#if defined(__SSE__)
  _mm_setcsr((unsigned)before);
#elif defined(__aarch64__)
  __asm__ volatile("msr fpcr, %0" : : "r"(before));
#else
  (void)before;
#endif
}

struct work {
  float *group, *temporary, *shared, *partial;
  const int64_t *schedule, *inputs, *outputs;
  long threads, samples, lane_groups, groups, next_group, next_thread;
  volatile int32_t *stop;
};

/* A sample by itself: the same in memory as outside. */
static void run_single(struct work *work, long group, float *temporary) {
  const long behind = group - work->lane_groups, sample = work->lane_groups * LANES + behind;
  float *g = work->group + work->lane_groups * GROUP_SIZE + behind * SINGLE_SIZE;
  float *p = work->partial + group * PARTIAL_SIZE;
  const int64_t *in = work->inputs + 1, *out = work->outputs + 1;
  for (int64_t k = 0; k < work->inputs[0]; k++, in += 4)
    memcpy(g + in[1], (const float *)(intptr_t)in[3] + sample * in[2], in[2] * 4);
  for (int64_t k = 0; k < work->schedule[0]; k++)
    for (int64_t n = 0; n < work->schedule[2 + 2 * k]; n++) {
      if (*work->stop) return;
      single_group_kernels((int)work->schedule[1 + 2 * k], g, temporary, work->shared, p, 1, n > 0);
    }
  for (int64_t k = 0; k < work->outputs[0]; k++, out += 4)
    memcpy((float *)(intptr_t)out[3] + sample * out[2], g + out[1], out[2] * 4);
}

/* Inputs are taken even where nothing is to be run any more: whoever gave them need not know how far a stopped run got. */
static void run_group(struct work *work, long group, float *temporary) {
  float *g = work->group + group * GROUP_SIZE;
  float *p = work->partial + group * PARTIAL_SIZE;
  const long left = work->samples - group * LANES;
  const long valid = left < LANES ? left : LANES;
  const int64_t *in = work->inputs + 1, *out = work->outputs + 1;
  for (int64_t k = 0; k < work->inputs[0]; k++, in += 4)
    to_lanes(g + in[0], (const float *)(intptr_t)in[3] + group * LANES * in[2], in[2], valid);
  for (int64_t k = 0; k < work->schedule[0]; k++)
    for (int64_t n = 0; n < work->schedule[2 + 2 * k]; n++) {
      if (*work->stop) return;
      group_kernels((int)work->schedule[1 + 2 * k], g, temporary, work->shared, p, valid, n > 0);
    }
  for (int64_t k = 0; k < work->outputs[0]; k++, out += 4)
    from_lanes(g + out[0], (float *)(intptr_t)out[3] + group * LANES * out[2], out[2], valid);
}

static void *run_groups(void *argument) {
  struct work *work = argument;
  const unsigned long before = flush_subnormals();
  float *temporary = work->temporary + __atomic_fetch_add(&work->next_thread, 1, __ATOMIC_RELAXED) * TEMPORARY_SIZE;
  for (;;) {
    const long group = __atomic_fetch_add(&work->next_group, 1, __ATOMIC_RELAXED);
    if (group >= work->groups) break;
    if (group < work->lane_groups) run_group(work, group, temporary);
    else run_single(work, group, temporary);
  }
  restore_subnormals(before);
  return NULL;
}

enum { MOST_THREADS = 256 };

/* Whoever calls may have little stack: kernels run on stacks of their own. */
static int start_thread(pthread_t *thread, void *(*body)(void *), void *argument) {
  pthread_attr_t attributes;
  if (pthread_attr_init(&attributes) != 0) return 1;
  pthread_attr_setstacksize(&attributes, 8 << 20);
  const int fault = pthread_create(thread, &attributes, body, argument);
  pthread_attr_destroy(&attributes);
  return fault;
}

static void *run_all(void *argument) {
  struct work *work = argument;
  const unsigned long before = flush_subnormals();
  for (int64_t k = 0; k < work->schedule[0]; k++) head_kernels((int)work->schedule[1 + 2 * k], work->shared);
  if (work->groups > work->lane_groups)
    for (int64_t k = 0; k < work->schedule[0]; k++) single_head_kernels((int)work->schedule[1 + 2 * k], work->shared);
  pthread_t others[MOST_THREADS];
  long threads = work->threads < work->groups ? work->threads : work->groups;
  if (threads > MOST_THREADS) threads = MOST_THREADS;
  long started = 0;
  /* A thread that cannot be had is one fewer: the groups are shared out as they come. */
  while (started < threads - 1 && start_thread(&others[started], run_groups, work) == 0) started++;
  if (work->groups > 0) run_groups(work);
  for (long k = 0; k < started; k++) pthread_join(others[k], NULL);
  if (!*work->stop)
    for (int64_t k = 0; k < work->schedule[0]; k++)
      sums_kernels((int)work->schedule[1 + 2 * k], work->shared, work->partial, work->groups);
  restore_subnormals(before);
  return NULL;
}

__attribute__((visibility("default"))) int settle_run(float *group, float *temporary, float *shared, float *partial, const int64_t *request, volatile int32_t *stop) {
  struct work work = {group, temporary, shared, partial, request + 3};
  work.threads = (long)request[0];
  work.samples = (long)request[1];
  work.lane_groups = (long)request[2];
  const long singles = work.samples - work.lane_groups * LANES;
  work.groups = work.lane_groups + (singles > 0 ? singles : 0);
  work.inputs = work.schedule + 1 + 2 * work.schedule[0];
  work.outputs = work.inputs + 1 + 4 * work.inputs[0];
  work.stop = stop;
  for (int64_t k = 0; k < work.outputs[0]; k++)
    settle_prefer_large_pages((const void *)(intptr_t)work.outputs[4 + 4 * k], work.samples * work.outputs[3 + 4 * k] * 4);
  pthread_t all;
  if (start_thread(&all, run_all, &work) != 0) return 2;
  pthread_join(all, NULL);
  return *stop != 0;
}
`;
