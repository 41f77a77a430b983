/**
 * What a profile appends to the file of the step: each kernel timed where it stands, between the others, so that caches
 * are as a settle leaves them; and a loop that does nothing but multiply and add.
 *
 * `settle_time_step(g, t, s, p, valid, steps, fastest)` writes seconds: one number for each kernel, then a whole step.
 * `settle_time_peak(turns)` returns the seconds of the fastest of a few rounds of `turns` × `peakChains` vectors.
 */
import { memoryArguments, memoryParameters } from "./c-text.ts";
import type { Target } from "./target.ts";

/** Sums that do not wait for each other: more than the latency of a multiply-add keeps busy, and they fit in registers. */
export const peakChains = ({ registers }: Target): number => (registers === 32 ? 24 : 12);

/**
 * @param step    how many kernels the step of a group has, and which of them are not repeated
 * @param prefix  of the step's own functions
 */
export function timingText(
  target: Target,
  { kernels, carried }: { readonly kernels: number; readonly carried: readonly number[] },
  prefix: "" | "single_",
): string {
  const chains = Array.from({ length: peakChains(target) }, (_, k) => k);
  return `
#include <time.h>
#define EXPORTED __attribute__((visibility("default")))

static double seconds_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static void least(double *fastest, double seconds) {
  if (seconds < *fastest) *fastest = seconds;
}

EXPORTED void settle_prepare_step(float *s) { ${prefix}step_head(s); }

EXPORTED void settle_time_step(${memoryParameters}, long valid, long steps, double *fastest) {
  for (long k = 0; k <= ${kernels}; k++) fastest[k] = 1e9;
  ${prefix}step_group(${memoryArguments}, valid, 0);
  for (long n = 0; n < steps; n++) {
    double from = seconds_now(), to;
${Array.from({ length: kernels }, (_, k) => k)
  .filter((k) => !carried.includes(k))
  .map(
    (k) => `    step${k}(${memoryArguments}, valid), to = seconds_now(), least(fastest + ${k}, to - from), from = to;`,
  )
  .join("\n")}
    from = seconds_now();
    ${prefix}step_group(${memoryArguments}, valid, 1);
    least(fastest + ${kernels}, seconds_now() - from);
  }
}

static volatile float sink;

EXPORTED double settle_time_peak(long turns) {
  vec factor = num(0.999f), term = num(0.001f), sums[${chains.length}];
  for (int k = 0; k < ${chains.length}; k++) sums[k] = term * (float)k;
  double fastest = 1e9;
  for (int round = 0; round < 8; round++) {
    const double from = seconds_now();
    for (long n = 0; n < turns; n++) {
      IN_REGISTER(factor);
      IN_REGISTER(term);
${chains.map((k) => `      sums[${k}] = sums[${k}] * factor + term;`).join("\n")}
    }
    least(&fastest, seconds_now() - from);
  }
  for (int k = 0; k < ${chains.length}; k++) sink = sums[k][0];
  return fastest;
}
`;
}
