/**
 * A contraction of a lane group as C: a tile of accumulators (positions × channels × vectors of the lane group) stays in
 * registers while loops run over the taps and the input channels; weights are broadcast numbers. What follows the
 * contraction is done with the accumulators before they are stored.
 *
 * Three functions: `…_finish` (one element), `…_P` (one tile of P positions, all channels) and `…_row` (one output row).
 */
import type { ContractKernel } from "@settle/kernels";
import { addressOf, comment, type EmitContext, indent, memoryArguments, vectorsOf } from "./c-text.ts";
import { channelsFor, chooseTile, cut } from "./choose-tile.ts";
import { emitFinish } from "./emit-finish.ts";
import { emitRow, emitWalk, stretches, tapLoops, tileParameters, tileSizes, type Walk } from "./walk-contract.ts";

/** The function `name(g, t, s, p, valid)` and those it needs. */
export function emitContract(
  context: EmitContext,
  name: string,
  kernel: ContractKernel,
  inStep: boolean,
): readonly string[] {
  const { vectors, target } = context;
  const { outputRows, outputColumns, inputChannels, outputChannels, work } = kernel;
  const { positions } = chooseTile(stretches(kernel), outputChannels, vectors, target);
  const walk: Walk = {
    context,
    name,
    kernel,
    element: { type: "vec", count: vectors },
    weights: { address: addressOf(context, kernel.weights), stride: outputChannels },
    positions,
  };
  const storeSums = work.sums.flatMap((each, k) =>
    Array.from({ length: vectors }, (_, u) => `${vectorsOf(context, each.array)}[${u}] = sums[${k * vectors + u}];`),
  );
  return [
    comment(
      `${kernel.label}: ${outputRows} x ${outputColumns} positions, ${inputChannels} -> ${outputChannels} channels`,
    ),
    ...emitFinish(context, name, kernel, inStep),
    ...tileSizes(walk).flatMap((size) => emitTile(walk, size)),
    ...emitRow(walk),
    ...emitWalk(walk, storeSums),
  ];
}

function emitTile(walk: Walk, positions: number): readonly string[] {
  const { context, name, kernel } = walk;
  const widest = channelsFor(positions, kernel.outputChannels, context.vectors, context.target);
  const body: string[] = [];
  let first = 0;
  for (const { size, count } of cut(kernel.outputChannels, widest)) {
    const accumulation = emitAccumulation(walk, positions, size);
    if (count === 1) body.push("{", ...indent([`const long c = ${first};`, ...accumulation]), "}");
    else
      body.push(`for (long c = ${first}; c < ${first + size * count}; c += ${size}) {`, ...indent(accumulation), "}");
    first += size * count;
  }
  return [`static void ${name}_${positions}(${tileParameters(walk)}) {`, ...indent(body), "}"];
}

function emitAccumulation(walk: Walk, positions: number, channels: number): readonly string[] {
  const { context, name, kernel } = walk;
  const { vectors } = context;
  const { inputChannels, work } = kernel;
  const inputStep = kernel.columns[0]?.inputStep ?? 1;
  const outputStep = kernel.columns[0]?.step ?? 1;
  const cells = Array.from({ length: positions }, (_, p) =>
    Array.from({ length: vectors }, (__, u) => ({ p, u })),
  ).flat();
  const channel = Array.from({ length: channels }, (_, c) => c);
  const accumulator = (cell: { p: number; u: number }, c: number): string => `s${cell.p * vectors + cell.u}_${c}`;
  const turn = [
    ...cells.map(
      (cell, i) => `vec x${i} = x_[${cell.p * inputStep * inputChannels * vectors + cell.u}]; IN_REGISTER(x${i});`,
    ),
    ...channel.map((c) => {
      const updates = cells.map((cell, i) => `${accumulator(cell, c)} += x${i} * w${c};`);
      return `const float w${c} = w_[${c}]; ${updates.join(" ")}`;
    }),
  ];
  const sumNames = (cell: { p: number; u: number }): readonly string[] =>
    work.sums.map((_, k) => `t${k}_${cell.p * vectors + cell.u}`);
  const locals = cells.flatMap(sumNames);
  return [
    `vec ${cells.flatMap((cell) => channel.map((c) => `${accumulator(cell, c)} = {0}`)).join(", ")};`,
    ...tapLoops(walk, "c", turn),
    ...(locals.length > 0 ? [`vec ${locals.map((local) => `${local} = {0}`).join(", ")};`] : []),
    ...cells.flatMap((cell) =>
      channel.map((c) => {
        const extra = sumNames(cell)
          .map((local) => `, &${local}`)
          .join("");
        return `${name}_finish(${memoryArguments}, q + ${cell.p * outputStep}, c + ${c}, ${cell.u}, ${accumulator(cell, c)}${extra});`;
      }),
    ),
    ...work.sums.flatMap((_, k) =>
      Array.from({ length: vectors }, (__, u) => {
        const parts = Array.from({ length: positions }, (___, p) => `t${k}_${p * vectors + u}`);
        return `sums[${k * vectors + u}] += ${parts.join(" + ")};`;
      }),
    ),
  ];
}
