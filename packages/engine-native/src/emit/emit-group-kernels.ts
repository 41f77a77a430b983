/** Kernels of a lane group other than contractions, as C functions `name(g, t, s, p, valid)`. */
import type { GradientKernel, GroupKernel, LaneSumKernel, MapKernel, SoftmaxKernel } from "@settle/kernels";
import {
  addressOf,
  comment,
  type EmitContext,
  type EmittedKernel,
  indent,
  memoryParameters,
  vectorsOf,
} from "./c-text.ts";
import { channelsFor, cut } from "./choose-tile.ts";
import { emitContract } from "./emit-contract.ts";
import { emitDenseContract, isDense } from "./emit-dense-contract.ts";
import { emitDenseGradient, isDenseGradient } from "./emit-dense-gradient.ts";
import { emitLaneWork } from "./emit-element-work.ts";
import { emitIndexedContract, emitIndexedGradient } from "./emit-indexed.ts";
import { emitMaxPool } from "./emit-max-pool.ts";

export function emitGroupKernel(
  context: EmitContext,
  name: string,
  kernel: GroupKernel,
  inStep: boolean,
): EmittedKernel {
  switch (kernel.kind) {
    case "contract":
      return isDense(kernel)
        ? emitDenseContract(context, name, kernel, inStep)
        : alone(emitContract(context, name, kernel, inStep));
    case "indexed-contract":
      return alone(emitIndexedContract(context, name, kernel, inStep));
    case "indexed-gradient":
      return alone(emitIndexedGradient(context, name, kernel, keepLines));
    case "max-pool":
      return alone(emitMaxPool(context, name, kernel));
    case "map":
      return alone(emitMap(context, name, kernel));
    case "softmax":
      return alone(emitSoftmax(context, name, kernel));
    case "gradient":
      return alone((isDenseGradient(kernel) ? emitDenseGradient : emitGradient)(context, name, kernel));
    case "lane-sum":
      return alone(emitLaneSum(context, name, kernel));
    default:
      return kernel satisfies never;
  }
}

const alone = (lines: readonly string[]): EmittedKernel => ({ lines, prepare: [] });

function emitMap(context: EmitContext, name: string, kernel: MapKernel): readonly string[] {
  const { work, elements } = kernel;
  const single = elements === 1;
  const place = { elements, element: single ? "0" : "e", vector: "u" };
  const sums = work.sums.map(({ array }, k) => ({ local: `sum${k}`, array }));
  let body: readonly string[] = emitLaneWork(context, work, place, (k) => `sum${k}`);
  if (!single) body = [`for (long e = 0; e < ${elements}; e++) {`, ...indent(body), "}"];
  return [
    comment(kernel.label),
    `static void ${name}(${memoryParameters}, long valid) {`,
    ...indent([
      "for (long u = 0; u < VECTORS; u++) {",
      ...indent([
        ...sums.map(({ local }) => `vec ${local} = {0};`),
        ...body,
        ...sums.map(({ local, array }) => `${vectorsOf(context, array)}[u] = ${local};`),
      ]),
      "}",
    ]),
    "}",
  ];
}

function emitSoftmax(
  context: EmitContext,
  name: string,
  { label, input, output, positions, channels }: SoftmaxKernel,
): readonly string[] {
  return [
    comment(label),
    `static void ${name}(${memoryParameters}, long valid) {`,
    `  for (long q = 0; q < ${positions}; q++) {`,
    "    for (long u = 0; u < VECTORS; u++) {",
    `      const vec *x = ${vectorsOf(context, input)} + q * ${channels} * VECTORS + u;`,
    `      vec *y = ${vectorsOf(context, output)} + q * ${channels} * VECTORS + u;`,
    "      vec largest = x[0], sum = {0};",
    `      for (long c = 1; c < ${channels}; c++) largest = vec_max(largest, x[c * VECTORS]);`,
    `      for (long c = 0; c < ${channels}; c++) {`,
    "        const vec e = vec_exp(x[c * VECTORS] - largest);",
    "        y[c * VECTORS] = e;",
    "        sum += e;",
    "      }",
    `      for (long c = 0; c < ${channels}; c++) y[c * VECTORS] /= sum;`,
    "    }",
    "  }",
    "}",
  ];
}

/** Only valid lanes count: `keep` blanks the others before they meet. */
const keepLines: readonly string[] = [
  "ints keep[VECTORS];",
  "for (long l = 0; l < LANES; l++) keep[l / WIDTH][l % WIDTH] = l < valid ? -1 : 0;",
];

function emitLaneSum(
  context: EmitContext,
  name: string,
  { label, input, positions, channels, output }: LaneSumKernel,
): readonly string[] {
  return [
    comment(label),
    `static void ${name}(${memoryParameters}, long valid) {`,
    ...indent([
      ...keepLines,
      `const vec *x = ${vectorsOf(context, input)};`,
      `for (long c = 0; c < ${channels}; c++) {`,
      ...indent([
        "vec sum = {0};",
        `for (long q = 0; q < ${positions}; q++)`,
        `  for (long u = 0; u < VECTORS; u++) sum += (vec)(bits(x[(q * ${channels} + c) * VECTORS + u]) & keep[u]);`,
        `${addressOf(context, output)}[c] = lane_sum(sum);`,
      ]),
      "}",
    ]),
    "}",
  ];
}

function emitGradient(context: EmitContext, name: string, kernel: GradientKernel): readonly string[] {
  const { firstChannels, secondChannels, firstColumns, secondColumns, rows, columns } = kernel;
  const { target } = context;
  const tall = Math.min(firstChannels, target.registers === 32 ? 5 : 3);
  const wide = channelsFor(tall, secondChannels, 1, target);
  const lines = [comment(kernel.label)];
  for (const a of cut(firstChannels, tall)) {
    for (const b of cut(secondChannels, wide)) lines.push(...emitGradientTile(name, kernel, a.size, b.size));
  }
  const body = [
    ...keepLines,
    `static const short rows[${rows.length}][5] = {${rows.map(positionRun).join(", ")}};`,
    `static const short columns[${columns.length}][5] = {${columns.map(positionRun).join(", ")}};`,
    `const vec *first = ${vectorsOf(context, kernel.first)}, *second = ${vectorsOf(context, kernel.second)};`,
    `float *out = ${addressOf(context, kernel.output)};`,
    `for (long i = 0; i < ${rows.length}; i++) for (long j = 0; j < ${columns.length}; j++) {`,
    ...indent([
      "const short *r = rows[i], *k = columns[j];",
      `const vec *x = first + (r[0] * ${firstColumns} + k[0]) * ${firstChannels} * VECTORS;`,
      `const vec *y = second + (r[2] * ${secondColumns} + k[2]) * ${secondChannels} * VECTORS;`,
      ...tiles(firstChannels, tall).flatMap((a) => {
        const inner = tiles(secondChannels, wide).map(
          (b) =>
            `for (long b = ${b.from}; b < ${b.to}; b += ${b.size}) ${name}_${a.size}x${b.size}(x + a * VECTORS, y + b * VECTORS, r, k, keep, out + a * ${secondChannels} + b);`,
        );
        return [`for (long a = ${a.from}; a < ${a.to}; a += ${a.size}) {`, ...indent(inner), "}"];
      }),
      `out += ${firstChannels * secondChannels};`,
    ]),
    "}",
  ];
  return [...lines, `static void ${name}(${memoryParameters}, long valid) {`, ...indent(body), "}"];
}

function emitGradientTile(name: string, kernel: GradientKernel, tall: number, wide: number): readonly string[] {
  const { firstChannels, secondChannels, firstColumns, secondColumns } = kernel;
  const range = (n: number): readonly number[] => Array.from({ length: n }, (_, k) => k);
  const cells = range(tall).flatMap((a) => range(wide).map((b) => ({ a, b })));
  return [
    `static void ${name}_${tall}x${wide}(const vec *x, const vec *y, const short *r, const short *k, const ints *keep, float *out) {`,
    ...indent([
      `vec ${cells.map(({ a, b }) => `s${a}_${b} = {0}`).join(", ")};`,
      "for (long i = 0; i < r[4]; i++) {",
      `  const vec *x_ = x + i * r[1] * ${firstColumns * firstChannels} * VECTORS;`,
      `  const vec *y_ = y + i * r[3] * ${secondColumns * secondChannels} * VECTORS;`,
      `  for (long j = 0; j < k[4]; j++, x_ += k[1] * ${firstChannels} * VECTORS, y_ += k[3] * ${secondChannels} * VECTORS)`,
      "    for (long u = 0; u < VECTORS; u++) {",
      ...indent(
        [
          ...range(tall).map((a) => `const vec x${a} = (vec)(bits(x_[${a} * VECTORS + u]) & keep[u]);`),
          ...range(wide).map(
            (b) =>
              `const vec y${b} = (vec)(bits(y_[${b} * VECTORS + u]) & keep[u]); ${range(tall)
                .map((a) => `s${a}_${b} += x${a} * y${b};`)
                .join(" ")}`,
          ),
        ],
        "      ",
      ),
      "    }",
      "}",
      ...cells.map(({ a, b }) => `out[${a * secondChannels + b}] = lane_sum(s${a}_${b});`),
    ]),
    "}",
  ];
}

function positionRun(run: GradientKernel["rows"][number]): string {
  return `{${[run.first, run.firstStep, run.second, run.secondStep, run.count].join(", ")}}`;
}

function tiles(
  length: number,
  largest: number,
): readonly { readonly from: number; readonly to: number; readonly size: number }[] {
  let from = 0;
  return cut(length, largest).map(({ size, count }) => {
    const start = from;
    from += size * count;
    return { from: start, to: from, size };
  });
}
