/**
 * A contraction between vectors (one position, one tap) as C. There is no map to walk, but many channels: input channels
 * come in blocks that stay in cache, for all output channels in turn; between blocks the sums wait in
 * memory of the thread.
 */
import type { ContractKernel, KernelPlan } from "@settle/kernels";
import {
  addressOf,
  arrayOf,
  comment,
  type EmitContext,
  type EmittedKernel,
  indent,
  isLaneArray,
  memoryArguments,
  memoryParameters,
  vectorsOf,
} from "./c-text.ts";
import { channelsFor, cut } from "./choose-tile.ts";
import { emitFinish } from "./emit-finish.ts";

/** Bytes of the inputs of a block: between a first and a second level of cache, measured best. */
const blockBytes = 128 * 1024;

/**
 * Input channels whose weights are asked for in advance. They may come from beyond the second-level cache, and no
 * processor looks ahead across the end of a page by itself.
 */
const ahead = 64;

export function isDense({ rows, columns }: ContractKernel): boolean {
  return [rows, columns].every(
    ([segment, ...more]) => more.length === 0 && segment?.count === 1 && segment.taps.length === 1,
  );
}

/** The function `name(g, t, s, p, valid)` and those it needs. */
export function emitDenseContract(
  context: EmitContext,
  name: string,
  kernel: ContractKernel,
  inStep: boolean,
): EmittedKernel {
  const { vectors, room, plan } = context;
  const { inputChannels, outputChannels, work } = kernel;
  const pieces = cut(outputChannels, channelsFor(1, outputChannels, vectors, context.target));
  const parts = inputBlocks(plan, kernel);
  if (parts.length > 1) room.temporary = Math.max(room.temporary, plan.sizes.temporary + outputChannels * plan.lanes);
  // What is run T times gets its weights in the order it reads them.
  const packed = inStep ? room.shared : undefined;
  if (packed !== undefined) room.shared += Math.ceil((inputChannels * outputChannels) / 16) * 16;
  const tile = { context, name, kernel, several: parts.length > 1, packed: packed !== undefined };
  const passSums = work.sums.length > 0 ? ", sums" : "";
  const calls = parts.flatMap(({ from, count, first, last }) => {
    let c = 0;
    return pieces.map(({ size, count: times }) => {
      const start = c;
      c += size * times;
      const w = packed === undefined ? `w + ${from * outputChannels} + c` : `w + c * ${inputChannels} + ${from * size}`;
      return `for (long c = ${start}; c < ${c}; c += ${size}) ${name}_${size}(${memoryArguments}, x + ${from * vectors}, ${w}, ${count}, c, ${Number(first)}, ${Number(last)}${passSums});`;
    });
  });
  const lines = [
    comment(`${kernel.label}: ${inputChannels} -> ${outputChannels}`),
    ...emitFinish(context, name, kernel, inStep),
    ...pieces.flatMap(({ size }) => emitTile(tile, size)),
    `static void ${name}(${memoryParameters}, long valid) {`,
    ...indent([
      ...(work.sums.length > 0 ? [`vec sums[${work.sums.length * vectors}] = {{0}};`] : []),
      `const vec *x = ${vectorsOf(context, kernel.input)};`,
      `const float *w = ${packed === undefined ? addressOf(context, kernel.weights) : `s + ${packed}`};`,
      ...calls,
      ...work.sums.flatMap((each, k) =>
        Array.from(
          { length: vectors },
          (_, u) => `${vectorsOf(context, each.array)}[${u}] = sums[${k * vectors + u}];`,
        ),
      ),
    ]),
    "}",
  ];
  if (packed === undefined) return { lines, prepare: [] };
  return { lines: [...lines, ...emitPack(context, name, kernel, pieces, packed)], prepare: [`${name}_pack(s);`] };
}

/** [input channels][output channels] -> [tiles][input channels][channels of the tile]. */
function emitPack(
  context: EmitContext,
  name: string,
  { weights, inputChannels, outputChannels }: ContractKernel,
  pieces: ReturnType<typeof cut>,
  packed: number,
): readonly string[] {
  let c = 0;
  const loops = pieces.map(({ size, count }) => {
    const start = c;
    c += size * count;
    return `for (long c = ${start}; c < ${c}; c += ${size}) for (long k = 0; k < ${inputChannels}; k++) for (long i = 0; i < ${size}; i++) *y++ = w[k * ${outputChannels} + c + i];`;
  });
  return [
    `static void ${name}_pack(float *s) {`,
    ...indent([`const float *w = ${addressOf(context, weights)};`, `float *restrict y = s + ${packed};`, ...loops]),
    "}",
  ];
}

interface TileEmitter {
  readonly context: EmitContext;
  readonly name: string;
  readonly kernel: ContractKernel;
  /** Whether input channels come in several blocks. */
  readonly several: boolean;
  readonly packed: boolean;
}

function emitTile({ context, name, kernel, several, packed }: TileEmitter, channels: number): readonly string[] {
  const { vectors } = context;
  const { outputChannels, work } = kernel;
  const range = (n: number): readonly number[] => Array.from({ length: n }, (_, k) => k);
  const cells = range(channels).flatMap((c) => range(vectors).map((u) => ({ c, u, sum: `s${u}_${c}` })));
  const scratch = (c: number, u: number): string => `waiting[(c + ${c}) * VECTORS + ${u}]`;
  const sums = work.sums.length > 0 ? ", vec *restrict sums" : "";
  return [
    `static void ${name}_${channels}(${memoryParameters}, const vec *x, const float *w, long count, long c, int first, int last${sums}) {`,
    ...indent([
      `vec ${cells.map(({ sum }) => `${sum} = {0}`).join(", ")};`,
      ...(several
        ? [
            `vec *waiting = (vec *)(t + ${context.plan.sizes.temporary});`,
            `if (!first) { ${cells.map(({ c, u, sum }) => `${sum} = ${scratch(c, u)};`).join(" ")} }`,
          ]
        : []),
      ...emitAdvance(context, kernel, channels, several),
      "TWO_TURNS",
      `for (long k = 0; k < count; k++, x += VECTORS, w += ${packed ? channels : outputChannels}) {`,
      ...(packed ? [`  __builtin_prefetch(w + ${ahead} * ${channels});`] : []),
      ...range(vectors).map((u) => `  vec x${u} = x[${u}]; IN_REGISTER(x${u});`),
      ...range(channels).map(
        (c) =>
          `  const float w${c} = w[${c}]; ${range(vectors)
            .map((u) => `s${u}_${c} += x${u} * w${c};`)
            .join(" ")}`,
      ),
      "}",
      ...(several
        ? [`if (!last) { ${cells.map(({ c, u, sum }) => `${scratch(c, u)} = ${sum};`).join(" ")} return; }`]
        : []),
      ...work.sums.map(
        (_, k) =>
          `vec ${range(vectors)
            .map((u) => `t${k}_${u} = {0}`)
            .join(", ")};`,
      ),
      ...cells.map(({ c, u, sum }) => {
        const extra = work.sums.map((_, k) => `, &t${k}_${u}`).join("");
        return `${name}_finish(${memoryArguments}, 0, c + ${c}, ${u}, ${sum}${extra});`;
      }),
      ...work.sums.flatMap((_, k) => range(vectors).map((u) => `sums[${k * vectors + u}] += t${k}_${u};`)),
    ]),
    "}",
  ];
}

/** Asks for what the end of a tile reads and writes, so that it has come when the sums are done. */
function emitAdvance(
  context: EmitContext,
  { outputChannels, work }: ContractKernel,
  channels: number,
  several: boolean,
): readonly string[] {
  const operands = work.operands.flatMap((operand) => (operand.kind === "array" ? [operand.array] : []));
  const read = [...new Set(operands)].filter((index) => isLaneVector(context, index, outputChannels));
  const written = work.stores
    .map(({ array }) => array)
    .filter((index) => !read.includes(index) && isLaneVector(context, index, outputChannels));
  const ask = (index: number, mode: string): string =>
    `__builtin_prefetch(${vectorsOf(context, index)} + c * VECTORS + i${mode});`;
  const asked = [...read.map((index) => ask(index, "")), ...written.map((index) => ask(index, ", 1"))];
  if (asked.length === 0) return [];
  return [`${several ? "if (last) " : ""}for (int i = 0; i < ${channels} * VECTORS; i++) {`, ...indent(asked), "}"];
}

function isLaneVector(context: EmitContext, index: number, elements: number): boolean {
  return isLaneArray(context, index) && arrayOf(context, index).elements === elements;
}

/** Input channels in stretches that stay in cache. */
export function inputBlocks(
  { lanes }: Pick<KernelPlan, "lanes">,
  { inputChannels }: ContractKernel,
): readonly { readonly from: number; readonly count: number; readonly first: boolean; readonly last: boolean }[] {
  const largest = Math.max(1, Math.floor(blockBytes / (4 * lanes)));
  let from = 0;
  return cut(inputChannels, largest).flatMap(({ size, count }) =>
    Array.from({ length: count }, () => {
      const block = { from, count: size, first: from === 0, last: from + size === inputChannels };
      from += size;
      return block;
    }),
  );
}
