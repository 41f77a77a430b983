/** Work on shared arrays, as C functions `name(s, p)`. */
import type { AxisTerm, SharedKernel } from "@settle/kernels";
import { addressOf, comment, type EmitContext, indent, times } from "./c-text.ts";
import { emitSharedWork } from "./emit-element-work.ts";

type Reduce = Extract<SharedKernel, { kind: "shared-reduce" }>;
type Repeat = Extract<SharedKernel, { kind: "shared-repeat" }>;
type TriangularInverse = Extract<SharedKernel, { kind: "triangular-inverse" }>;
type Transpose = Extract<SharedKernel, { kind: "transpose" }>;

export function emitSharedKernel(context: EmitContext, name: string, kernel: SharedKernel): readonly string[] {
  return [comment(kernel.label), `static void ${name}(float *s) {`, ...indent(bodyOf(context, kernel)), "}"];
}

function bodyOf(context: EmitContext, kernel: SharedKernel): readonly string[] {
  switch (kernel.kind) {
    case "shared-map":
      return [
        `for (long e = 0; e < ${kernel.elements}; e += WIDTH) {`,
        ...indent(emitSharedWork(context, kernel.work, kernel.elements)),
        "}",
      ];
    case "shared-reduce":
      return emitReduce(context, kernel);
    case "shared-repeat":
      return emitRepeat(context, kernel);
    case "triangular-inverse":
      return emitTriangularInverse(context, kernel);
    case "transpose":
      return emitTranspose(context, kernel);
    default:
      return kernel satisfies never;
  }
}

/** Forward substitution, all columns of a row at once. */
function emitTriangularInverse(context: EmitContext, { input, output, size }: TriangularInverse): readonly string[] {
  return [
    `const float *x = ${addressOf(context, input)};`,
    `float *restrict y = ${addressOf(context, output)};`,
    `for (long i = 0; i < ${size}; i++) {`,
    `  for (long j = 0; j < ${size}; j++) y[i * ${size} + j] = i == j ? 1.0f : 0.0f;`,
    "  for (long k = 0; k < i; k++) {",
    `    const float a = x[i * ${size} + k];`,
    `    for (long j = 0; j <= k; j++) y[i * ${size} + j] -= a * y[k * ${size} + j];`,
    "  }",
    `  for (long j = 0; j <= i; j++) y[i * ${size} + j] /= x[i * ${size} + i];`,
    "}",
  ];
}

function emitTranspose(context: EmitContext, { input, output, taps, rows, columns }: Transpose): readonly string[] {
  return [
    `const float *x = ${addressOf(context, input)};`,
    `float *y = ${addressOf(context, output)};`,
    `for (long k = 0; k < ${taps}; k++, x += ${rows * columns}, y += ${rows * columns})`,
    // Blocks, so that both sides stay in cache.
    `  for (long i0 = 0; i0 < ${rows}; i0 += 16)`,
    `    for (long j0 = 0; j0 < ${columns}; j0 += 16)`,
    `      for (long i = i0; i < i0 + 16 && i < ${rows}; i++)`,
    `        for (long j = j0; j < j0 + 16 && j < ${columns}; j++) y[j * ${rows} + i] = x[i * ${columns} + j];`,
  ];
}

/** Loops over the larger array in the order of its memory, and the place in the smaller one. */
function loopsOver(
  elements: number,
  axes: readonly AxisTerm[],
): { readonly loops: readonly string[]; readonly index: string; readonly inside: string } {
  const loops: { readonly size: number; readonly multiply: number }[] = [];
  let rest = elements;
  for (const { divide, modulo, multiply } of axes.toSorted((a, b) => b.divide - a.divide)) {
    const without = rest / (divide * modulo);
    if (without > 1) loops.push({ size: without, multiply: 0 });
    if (modulo > 1) loops.push({ size: modulo, multiply });
    rest = divide;
  }
  if (rest > 1) loops.push({ size: rest, multiply: 0 });
  const index =
    loops
      .map(({ multiply }, k) => times(`i${k}`, multiply))
      .filter((term) => term !== "0")
      .join(" + ") || "0";
  return {
    loops: loops.map(({ size }, k) => `${"  ".repeat(k)}for (long i${k} = 0; i${k} < ${size}; i${k}++)`),
    index,
    inside: "  ".repeat(loops.length),
  };
}

function emitRepeat(context: EmitContext, { input, output, outputElements, axes }: Repeat): readonly string[] {
  const { loops, index, inside } = loopsOver(outputElements, axes);
  return [
    `const float *restrict x = ${addressOf(context, input)};`,
    `float *restrict y = ${addressOf(context, output)};`,
    ...loops,
    `${inside}*y++ = x[${index}];`,
  ];
}

/** Axes that are summed over add nothing to the output's index. */
function emitReduce(context: EmitContext, kernel: Reduce): readonly string[] {
  const { operation, input, output, inputElements, outputElements } = kernel;
  const { loops, index, inside } = loopsOver(inputElements, kernel.axes);
  const start = operation === "sum" ? "0.0f" : "-__builtin_inff()";
  const step =
    operation === "sum"
      ? `y[${index}] += *x++;`
      : `{ const float a = *x++; if (a > y[${index}] || a != a) y[${index}] = a; }`;
  return [
    `const float *x = ${addressOf(context, input)};`,
    `float *restrict y = ${addressOf(context, output)};`,
    `for (long i = 0; i < ${outputElements}; i++) y[i] = ${start};`,
    ...loops,
    `${inside}${step}`,
  ];
}
