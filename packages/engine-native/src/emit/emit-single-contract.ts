/**
 * A contraction of one sample as C: vectors run over output channels, inputs are broadcast numbers, and weights are laid
 * out once a run as `[taps][input channels][output channels, up to whole vectors]`.
 */
import type { ContractKernel } from "@settle/kernels";
import {
  addressOf,
  comment,
  type EmitContext,
  type EmittedKernel,
  indent,
  memoryArguments,
  memoryParameters,
} from "./c-text.ts";
import { channelsFor, chooseTile, cut } from "./choose-tile.ts";
import { emitSingleWork } from "./emit-single-work.ts";
import { emitRow, emitWalk, stretches, tapLoops, tileParameters, tileSizes, type Walk } from "./walk-contract.ts";

/** The function `name(g, t, s, p, valid)` and those it needs. */
export function emitSingleContract(context: EmitContext, name: string, kernel: ContractKernel): EmittedKernel {
  const { target, room } = context;
  const { inputChannels, outputChannels, work } = kernel;
  const vectors = Math.ceil(outputChannels / target.width);
  const stride = vectors * target.width;
  const taps = tapCount(context, kernel);
  const packed = room.shared;
  room.shared += Math.ceil((taps * inputChannels * stride) / 16) * 16;
  const walk: Walk = {
    context,
    name,
    kernel,
    element: { type: "float", count: 1 },
    weights: { address: `s + ${packed}`, stride },
    positions: chooseTile(stretches(kernel), vectors, 1, target).positions,
  };
  const storeSums = work.sums.map((each, k) => `${addressOf(context, each.array)}[0] = lane_sum(sums[${k}]);`);
  return {
    lines: [
      comment(`${kernel.label}: ${inputChannels} -> ${outputChannels} channels`),
      ...emitFinish(context, name, kernel),
      ...tileSizes(walk).flatMap((size) => emitTile(walk, size, vectors)),
      ...emitRow(walk),
      ...emitWalk(walk, storeSums),
      `static void ${name}_pack(float *s) {`,
      `  const float *w = ${addressOf(context, kernel.weights)};`,
      `  float *restrict y = s + ${packed};`,
      `  for (long k = 0; k < ${taps * inputChannels}; k++, w += ${outputChannels}, y += ${stride})`,
      `    for (long c = 0; c < ${outputChannels}; c++) y[c] = w[c];`,
      "}",
    ],
    prepare: [`${name}_pack(s);`],
  };
}

function tapCount({ plan }: EmitContext, { weights, inputChannels, outputChannels }: ContractKernel): number {
  return (plan.arrays[weights]?.elements ?? 0) / (inputChannels * outputChannels);
}

/** `name_N`, for a vector of which N elements count. */
function emitFinish(context: EmitContext, name: string, kernel: ContractKernel): readonly string[] {
  const { work, outputRows, outputColumns, outputChannels } = kernel;
  const { width } = context.target;
  const sums = work.sums.map((_, k) => `, vec *sum${k}`).join("");
  const last = outputChannels % width;
  const counts = [...(outputChannels >= width ? [width] : []), ...(last > 0 ? [last] : [])];
  return counts.flatMap((count) => {
    const place = {
      elements: outputRows * outputColumns * outputChannels,
      count,
      contraction: "sum",
      channels: outputChannels,
    };
    return [
      `INLINE void ${name}_finish_${count}(${memoryParameters}, long q, long c, vec sum${sums}) {`,
      `  const long e = q * ${outputChannels} + c;`,
      ...indent(emitSingleWork(context, work, place, (k) => `*sum${k}`)),
      "}",
    ];
  });
}

function emitTile(walk: Walk, positions: number, vectors: number): readonly string[] {
  const { name, kernel, context } = walk;
  const { width } = context.target;
  const partial = kernel.outputChannels % width !== 0;
  const body: string[] = [];
  const add = (first: number, size: number, count: number, isLast: boolean): void => {
    const from = first * width;
    const step = size * width;
    const accumulation = emitAccumulation(walk, positions, size, isLast);
    if (count === 1) body.push("{", ...indent([`const long c = ${from};`, ...accumulation]), "}");
    else if (count > 1)
      body.push(`for (long c = ${from}; c < ${from + step * count}; c += ${step}) {`, ...indent(accumulation), "}");
  };
  let first = 0;
  for (const { size, count } of cut(vectors, channelsFor(positions, vectors, 1, context.target))) {
    const endsHere = partial && first + size * count === vectors;
    add(first, size, endsHere ? count - 1 : count, false);
    if (endsHere) add(first + size * (count - 1), size, 1, true);
    first += size * count;
  }
  return [`static void ${name}_${positions}(${tileParameters(walk)}) {`, ...indent(body), "}"];
}

/** @param isLast  whether the last vector ends beyond the last channel */
function emitAccumulation(walk: Walk, positions: number, vectors: number, isLast: boolean): readonly string[] {
  const { name, kernel, context } = walk;
  const { width } = context.target;
  const { inputChannels, outputChannels, work } = kernel;
  const inputStep = kernel.columns[0]?.inputStep ?? 1;
  const outputStep = kernel.columns[0]?.step ?? 1;
  const range = (n: number): readonly number[] => Array.from({ length: n }, (_, k) => k);
  const cells = range(positions).flatMap((p) => range(vectors).map((v) => ({ p, v, sum: `s${p}_${v}` })));
  const turn = [
    ...range(vectors).map((v) => `vec w${v} = *(const vec *)(w_ + ${v * width}); IN_REGISTER(w${v});`),
    ...range(positions).map(
      (p) =>
        `const float x${p} = x_[${p * inputStep * inputChannels}]; ${range(vectors)
          .map((v) => `s${p}_${v} += x${p} * w${v};`)
          .join(" ")}`,
    ),
  ];
  const sums = work.sums.map((_, k) => `, &sums[${k}]`).join("");
  return [
    `vec ${cells.map(({ sum }) => `${sum} = {0}`).join(", ")};`,
    ...tapLoops(walk, "c", turn),
    ...cells.map(({ p, v, sum }) => {
      const count = isLast && v === vectors - 1 ? outputChannels % width : width;
      return `${name}_finish_${count}(${memoryArguments}, q + ${p * outputStep}, c + ${v * width}, ${sum}${sums});`;
    }),
  ];
}
