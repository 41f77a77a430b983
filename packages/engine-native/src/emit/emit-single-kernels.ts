/**
 * Kernels of a group that is one sample, as C functions `name(g, t, s, p, valid)`: arrays are `[elements]` and vectors run
 * over neighbouring elements. For the samples that would leave most lanes of a lane group empty.
 */
import type { GradientKernel, GroupKernel, KernelPlan, LaneSumKernel, MapKernel, SoftmaxKernel } from "@settle/kernels";
import { addressOf, comment, type EmitContext, type EmittedKernel, indent, memoryParameters } from "./c-text.ts";
import { emitSingleContract } from "./emit-single-contract.ts";
import { emitSingleWork } from "./emit-single-work.ts";

/** C that the functions below need beside the vector prelude. */
export const singlePrelude = `
typedef float loose __attribute__((vector_size(4 * WIDTH), aligned(4), may_alias));
INLINE vec load(const float *x) { return (vec) * (const loose *)x; }
INLINE vec first_of(vec x, int count) {
  ints lane;
  for (int i = 0; i < WIDTH; i++) lane[i] = i;
  return vec_select(lane < count, x, num(0.0f));
}
`;

/** Whether samples of a plan can be taken one by one. */
export function canRunSingly(plan: KernelPlan): boolean {
  return Object.values(plan.phases).every(({ group }) => group.every(({ kind }) => kinds.has(kind)));
}

const kinds: ReadonlySet<GroupKernel["kind"]> = new Set(["contract", "map", "softmax", "gradient", "lane-sum"]);

export function emitSingleKernel(context: EmitContext, name: string, kernel: GroupKernel): EmittedKernel {
  switch (kernel.kind) {
    case "contract":
      return emitSingleContract(context, name, kernel);
    case "map":
      return around(name, kernel, emitMap(context, kernel));
    case "softmax":
      return around(name, kernel, emitSoftmax(context, kernel));
    case "gradient":
      return around(name, kernel, emitGradient(context, kernel));
    case "lane-sum":
      return around(name, kernel, emitLaneSum(context, kernel));
    case "indexed-contract":
    case "indexed-gradient":
    case "max-pool":
      throw new Error(`native emitter fault: ${kernel.label} cannot be done for a single sample`);
    default:
      return kernel satisfies never;
  }
}

const around = (name: string, { label }: GroupKernel, body: readonly string[]): EmittedKernel => ({
  lines: [comment(label), `static void ${name}(${memoryParameters}, long valid) {`, ...indent(body), "}"],
  prepare: [],
});

function emitMap(context: EmitContext, { elements, work }: MapKernel): readonly string[] {
  const { width } = context.target;
  const workOn = (count: number): readonly string[] =>
    emitSingleWork(context, work, { elements, count }, (k) => `sum${k}`);
  const whole = Math.floor(elements / width) * width;
  return [
    ...work.sums.map((_, k) => `vec sum${k} = {0};`),
    ...(whole > 0 ? [`for (long e = 0; e < ${whole}; e += WIDTH) {`, ...indent(workOn(width)), "}"] : []),
    ...(whole < elements ? ["{", ...indent([`const long e = ${whole};`, ...workOn(elements - whole)]), "}"] : []),
    ...work.sums.map(({ array }, k) => `${addressOf(context, array)}[0] = lane_sum(sum${k});`),
  ];
}

function emitSoftmax(context: EmitContext, { input, output, positions, channels }: SoftmaxKernel): readonly string[] {
  return [
    `const float *x = ${addressOf(context, input)};`,
    `float *y = ${addressOf(context, output)};`,
    `for (long q = 0; q < ${positions}; q++, x += ${channels}, y += ${channels}) {`,
    "  float largest = x[0], sum = 0.0f;",
    `  for (long c = 1; c < ${channels}; c++) if (x[c] > largest || x[c] != x[c]) largest = x[c];`,
    `  for (long c = 0; c < ${channels}; c += WIDTH) {`,
    `    const vec e = vec_exp(load(x + c) - largest);`,
    `    for (long i = 0; i < WIDTH && c + i < ${channels}; i++) sum += y[c + i] = e[i];`,
    "  }",
    `  for (long c = 0; c < ${channels}; c++) y[c] /= sum;`,
    "}",
  ];
}

function emitLaneSum(context: EmitContext, { input, output, positions, channels }: LaneSumKernel): readonly string[] {
  return [
    `const float *x = ${addressOf(context, input)};`,
    `float *restrict out = ${addressOf(context, output)};`,
    `for (long c = 0; c < ${channels}; c++) out[c] = 0.0f;`,
    `for (long q = 0; q < ${positions}; q++, x += ${channels})`,
    `  for (long c = 0; c < ${channels}; c++) out[c] += x[c];`,
  ];
}

/** A sum of outer products, over the positions that each tap joins. */
function emitGradient(context: EmitContext, kernel: GradientKernel): readonly string[] {
  const { firstChannels, secondChannels, firstColumns, secondColumns, rows, columns } = kernel;
  const table = (name: string, runs: GradientKernel["rows"]): string =>
    `static const short ${name}[${runs.length}][5] = {${runs
      .map((run) => `{${[run.first, run.firstStep, run.second, run.secondStep, run.count].join(", ")}}`)
      .join(", ")}};`;
  return [
    table("rows", rows),
    table("columns", columns),
    `float *restrict out = ${addressOf(context, kernel.output)};`,
    `for (long i = 0; i < ${rows.length}; i++) for (long j = 0; j < ${columns.length}; j++, out += ${firstChannels * secondChannels}) {`,
    ...indent([
      "const short *r = rows[i], *k = columns[j];",
      `for (long n = 0; n < ${firstChannels * secondChannels}; n++) out[n] = 0.0f;`,
      "for (long m = 0; m < r[4]; m++) for (long n = 0; n < k[4]; n++) {",
      `  const float *x = ${addressOf(context, kernel.first)} + ((r[0] + m * r[1]) * ${firstColumns} + k[0] + n * k[1]) * ${firstChannels};`,
      `  const float *y = ${addressOf(context, kernel.second)} + ((r[2] + m * r[3]) * ${secondColumns} + k[2] + n * k[3]) * ${secondChannels};`,
      `  for (long a = 0; a < ${firstChannels}; a++)`,
      `    for (long b = 0; b < ${secondChannels}; b++) out[a * ${secondChannels} + b] += x[a] * y[b];`,
      "}",
    ]),
    "}",
  ];
}
