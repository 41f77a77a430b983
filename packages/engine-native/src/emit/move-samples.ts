/**
 * Moving samples in and out of lanes, in squares of numbers that are turned in registers: written one by one, half the
 * time of a readout went into addresses.
 */
import type { Target } from "./target.ts";

/** `to_lanes` and `from_lanes`; needs what `vectorPrelude` declares. */
export function moveSamplesText({ width }: Target): string {
  return `
typedef vec anywhere __attribute__((aligned(4)));
#if defined(__clang__)
#define PICK(a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
#else
#define PICK(a, b, ...) __builtin_shuffle(a, b, (ints){__VA_ARGS__})
#endif
/* Rows become columns: in each stage pairs of rows exchange blocks of half of the remaining size. */
INLINE void turn_square(vec r[WIDTH]) {
  vec a, b;
${stages(width)
  .flatMap((half) => [
    `#define EXCHANGE(i, j) a = r[i], b = r[j], r[i] = PICK(a, b, ${picked(width, half, 0)}), r[j] = PICK(a, b, ${picked(width, half, half)})`,
    `  ${pairs(width, half)
      .map(([i, j]) => `EXCHANGE(${i}, ${j});`)
      .join(" ")}`,
    "#undef EXCHANGE",
  ])
  .join("\n")}
}

/* [samples][elements] -> [elements][LANES]; lanes without a sample become 0. */
static void to_lanes(float *restrict lanes, const float *restrict host, long elements, long valid) {
  long e = 0;
  if (valid == LANES)
    for (; e + WIDTH <= elements; e += WIDTH)
      for (long l = 0; l < LANES; l += WIDTH) {
        vec r[WIDTH];
        ${each(width, (k) => `r[${k}] = *(const anywhere *)(host + (l + ${k}) * elements + e);`)}
        turn_square(r);
        ${each(width, (k) => `*(vec *)(lanes + (e + ${k}) * LANES + l) = r[${k}];`)}
      }
  for (; e < elements; e++)
    for (long l = 0; l < LANES; l++) lanes[e * LANES + l] = l < valid ? host[l * elements + e] : 0.0f;
}

static void from_lanes(const float *restrict lanes, float *restrict host, long elements, long valid) {
  long e = 0;
  if (valid == LANES)
    for (; e + WIDTH <= elements; e += WIDTH)
      for (long l = 0; l < LANES; l += WIDTH) {
        vec r[WIDTH];
        ${each(width, (k) => `r[${k}] = *(const vec *)(lanes + (e + ${k}) * LANES + l);`)}
        turn_square(r);
        ${each(width, (k) => `*(anywhere *)(host + (l + ${k}) * elements + e) = r[${k}];`)}
      }
  for (; e < elements; e++)
    for (long l = 0; l < valid; l++) host[l * elements + e] = lanes[e * LANES + l];
}
`;
}

/** Sizes of the blocks that are exchanged: 1, 2, 4, … */
function stages(width: number): readonly number[] {
  return Array.from({ length: Math.log2(width) }, (_, k) => 2 ** k);
}

function pairs(width: number, half: number): readonly (readonly [number, number])[] {
  return Array.from({ length: width }, (_, i) => i)
    .filter((i) => (i & half) === 0)
    .map((i) => [i, i | half] as const);
}

/** Which numbers of two rows make the first (`from` 0) or the second (`from` half) of the new pair. */
function picked(width: number, half: number, from: number): string {
  return Array.from({ length: width }, (_, k) => ((k & half) === 0 ? 0 : width - half) + k + from).join(", ");
}

function each(width: number, line: (k: number) => string): string {
  return Array.from({ length: width }, (_, k) => line(k)).join("\n        ");
}
