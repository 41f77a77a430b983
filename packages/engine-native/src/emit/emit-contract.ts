/**
 * A contraction as C: a tile of accumulators (positions × channels × vectors of the lane group) stays in registers while
 * loops run over the taps and the input channels; weights are broadcast numbers. What follows the contraction is done
 * with the accumulators before they are stored.
 *
 * Three functions: `…_finish` (one element), `…_PxC` (one tile of P positions, all channels) and `…_row` (one output
 * row). Output positions of neighbouring residues are visited side by side, so that the inputs they share are in cache.
 */
import type { ContractKernel, Segment } from "@settle/kernels";
import {
  addressOf,
  comment,
  type EmitContext,
  indent,
  memoryArguments,
  memoryParameters,
  times,
  vectorsOf,
} from "./c-text.ts";
import { channelsFor, chooseTile, cut, type Tile } from "./choose-tile.ts";
import { emitFinish } from "./emit-finish.ts";

/** The function `name(g, t, s, p, valid)` and those it needs. */
export function emitContract(
  context: EmitContext,
  name: string,
  kernel: ContractKernel,
  inStep: boolean,
): readonly string[] {
  const tile = chooseTile(
    columnRanges(kernel.columns).flatMap(({ from, to, members }) => members.map(() => to - from)),
    kernel.outputChannels,
    context.vectors,
    context.target,
  );
  const emitter = { context, name, kernel, tile, row: tapSteps(kernel.rows), column: tapSteps(kernel.columns) };
  const sizes = new Set(
    columnRanges(kernel.columns).flatMap(({ from, to }) => cut(to - from, tile.positions).map(({ size }) => size)),
  );
  return [
    comment(
      `${kernel.label}: ${kernel.outputRows} x ${kernel.outputColumns} positions, ${kernel.inputChannels} -> ${kernel.outputChannels} channels`,
    ),
    ...emitFinish(context, name, kernel, inStep),
    ...[...sizes].flatMap((positions) => emitTile(emitter, positions)),
    ...emitRow(emitter),
    ...emitKernel(emitter),
  ];
}

interface Emitter {
  readonly context: EmitContext;
  readonly name: string;
  readonly kernel: ContractKernel;
  readonly tile: Tile;
  readonly row: TapSteps;
  readonly column: TapSteps;
}

/** From one tap of a segment to its next. */
interface TapSteps {
  readonly tap: number;
  readonly input: number;
}

/** Segments that run side by side over blocks `from` … `to - 1`, each block being one position of every member. */
interface Range {
  readonly from: number;
  readonly to: number;
  readonly members: readonly { readonly segment: Segment; readonly firstBlock: number }[];
}

function columnRanges(segments: readonly Segment[]): readonly Range[] {
  const placed = segments.map((segment) => ({ segment, firstBlock: Math.floor(segment.first / segment.step) }));
  const bounds = [
    ...new Set(placed.flatMap(({ segment, firstBlock }) => [firstBlock, firstBlock + segment.count])),
  ].toSorted((a, b) => a - b);
  return bounds.slice(1).map((to, k) => {
    const from = bounds[k] ?? 0;
    const members = placed.filter(({ segment, firstBlock }) => firstBlock <= from && to <= firstBlock + segment.count);
    return {
      from,
      to,
      members: members.toSorted((a, b) => (a.segment.first % a.segment.step) - (b.segment.first % b.segment.step)),
    };
  });
}

function tapSteps(segments: readonly Segment[]): TapSteps {
  let steps: TapSteps | undefined;
  for (const { taps } of segments) {
    for (let k = 1; k < taps.length; k++) {
      const step = { tap: taps[k]!.tap - taps[k - 1]!.tap, input: taps[k]!.input - taps[k - 1]!.input };
      if (steps !== undefined && (steps.tap !== step.tap || steps.input !== step.input)) {
        throw new Error("native emitter fault: taps of a segment are not evenly spaced");
      }
      steps = step;
    }
  }
  return steps ?? { tap: 0, input: 0 };
}

const sumParameter = ({ kernel }: Emitter): string => (kernel.work.sums.length > 0 ? ", vec *restrict sums" : "");

/** x: the first tap's input of the first position; w: its weights; q: the first output position. */
function emitTile(emitter: Emitter, positions: number): readonly string[] {
  const { context, name, kernel } = emitter;
  const widest = channelsFor(positions, kernel.outputChannels, context.vectors, context.target);
  const body: string[] = [];
  let first = 0;
  for (const { size, count } of cut(kernel.outputChannels, widest)) {
    if (count === 1)
      body.push("{", ...indent([`const long c = ${first};`, ...emitAccumulation(emitter, positions, size)]), "}");
    else {
      body.push(`for (long c = ${first}; c < ${first + size * count}; c += ${size}) {`);
      body.push(...indent(emitAccumulation(emitter, positions, size)), "}");
    }
    first += size * count;
  }
  return [
    `static void ${name}_${positions}(${memoryParameters}, const vec *x, const float *w, long rows, long columns, long q${sumParameter(emitter)}) {`,
    ...indent(body),
    "}",
  ];
}

function emitAccumulation(emitter: Emitter, positions: number, channels: number): readonly string[] {
  const { context, name, kernel, row, column } = emitter;
  const { vectors } = context;
  const { inputChannels, outputChannels, inputColumns, tapColumns, work } = kernel;
  const inputStep = kernel.columns[0]?.inputStep ?? 1;
  const outputStep = kernel.columns[0]?.step ?? 1;
  const cells = Array.from({ length: positions }, (_, p) =>
    Array.from({ length: vectors }, (__, u) => ({ p, u })),
  ).flat();
  const channel = Array.from({ length: channels }, (_, c) => c);
  const accumulator = (cell: { p: number; u: number }, c: number): string => `s${cell.p * vectors + cell.u}_${c}`;
  const inner = [
    ...cells.map(
      (cell, i) => `vec x${i} = x_[${cell.p * inputStep * inputChannels * vectors + cell.u}]; IN_REGISTER(x${i});`,
    ),
    ...channel.map((c) => {
      const updates = cells.map((cell, i) => `${accumulator(cell, c)} += x${i} * w${c};`);
      return `const float w${c} = w_[${c}]; ${updates.join(" ")}`;
    }),
    `x_ += ${vectors}; w_ += ${outputChannels};`,
  ];
  const rowInput = times("i", row.input * inputColumns * inputChannels * vectors);
  const rowWeights = times("i", row.tap * tapColumns * inputChannels * outputChannels);
  // Taps that follow one another in both the input and the weights are one run.
  const merged = column.tap === 1 && column.input === 1;
  const severalColumns = kernel.columns.some(({ taps }) => taps.length > 1);
  const loops: string[] = [];
  const severalRows = kernel.rows.some(({ taps }) => taps.length > 1);
  const run = (x: string, w: string, length: string): readonly string[] => [
    `const vec *x_ = ${x}; const float *w_ = ${w};`,
    `for (long k = 0; k < ${length}; k++) {`,
    ...indent(inner),
    "}",
  ];
  const atRow = severalRows ? { x: `x + ${rowInput}`, w: `w + ${rowWeights} + c` } : { x: "x", w: "w + c" };
  const columnLoop =
    !severalColumns || merged
      ? run(atRow.x, atRow.w, merged ? `columns * ${inputChannels}` : `${inputChannels}`)
      : [
          "for (long j = 0; j < columns; j++) {",
          ...indent(
            run(
              `${atRow.x} + ${times("j", column.input * inputChannels * vectors)}`,
              `${atRow.w} + ${times("j", column.tap * inputChannels * outputChannels)}`,
              `${inputChannels}`,
            ),
          ),
          "}",
        ];
  loops.push(...(severalRows ? ["for (long i = 0; i < rows; i++) {", ...indent(columnLoop), "}"] : columnLoop));
  const sumNames = (cell: { p: number; u: number }): readonly string[] =>
    work.sums.map((_, k) => `t${k}_${cell.p * vectors + cell.u}`);
  const locals = cells.flatMap(sumNames);
  const empty = kernel.rows.every(({ taps }) => taps.length > 0) && kernel.columns.every(({ taps }) => taps.length > 0);
  return [
    `vec ${cells.flatMap((cell) => channel.map((c) => `${accumulator(cell, c)} = {0}`)).join(", ")};`,
    ...(empty ? loops : ["if (rows > 0 && columns > 0) {", ...indent(loops), "}"]),
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

/** x: the first tap row of the input; w: its weights; q: the row's first output position. */
function emitRow(emitter: Emitter): readonly string[] {
  const { context, name, kernel, tile } = emitter;
  const { inputChannels, outputChannels } = kernel;
  const passSums = kernel.work.sums.length > 0 ? ", sums" : "";
  const body: string[] = [];
  for (const { from, to, members } of columnRanges(kernel.columns)) {
    let block = from;
    for (const { size, count } of cut(to - from, tile.positions)) {
      const calls = members.map(({ segment, firstBlock }) => {
        const tap = segment.taps[0] ?? { tap: 0, input: 0 };
        const along = (perBlock: number, at: number): string => {
          const constant = at - firstBlock * perBlock;
          const moving = times("b", perBlock);
          return count === 1 ? `${constant + block * perBlock}` : `${moving} + ${constant}`;
        };
        const inputSize = inputChannels * context.vectors;
        const x = `x + ${along(segment.inputStep * inputSize, tap.input * inputSize)}`;
        const w = `w + ${tap.tap * inputChannels * outputChannels}`;
        return `${name}_${size}(${memoryArguments}, ${x}, ${w}, rows, ${segment.taps.length}, q + ${along(segment.step, segment.first)}${passSums});`;
      });
      if (count === 1) body.push(...calls);
      else body.push(`for (long b = ${block}; b < ${block + size * count}; b += ${size}) {`, ...indent(calls), "}");
      block += size * count;
    }
  }
  return [
    `static void ${name}_row(${memoryParameters}, const vec *x, const float *w, long rows, long q${sumParameter(emitter)}) {`,
    ...indent(body),
    "}",
  ];
}

function emitKernel({ context, name, kernel }: Emitter): readonly string[] {
  const { inputChannels, outputChannels, inputColumns, outputColumns, tapColumns, work } = kernel;
  const { vectors } = context;
  const body: string[] = [];
  if (work.sums.length > 0) body.push(`vec sums[${work.sums.length * vectors}] = {{0}};`);
  body.push(
    `const vec *x = ${vectorsOf(context, kernel.input)};`,
    `const float *w = ${addressOf(context, kernel.weights)};`,
  );
  const inputRow = inputColumns * inputChannels * vectors;
  for (const { from, to, members } of columnRanges(kernel.rows)) {
    const calls = members.map(({ segment, firstBlock }) => {
      const tap = segment.taps[0] ?? { tap: 0, input: 0 };
      const x = `x + (${times("b", segment.inputStep)} + ${tap.input - firstBlock * segment.inputStep}) * ${inputRow}`;
      const w = `w + ${tap.tap * tapColumns * inputChannels * outputChannels}`;
      const q = `(${times("b", segment.step)} + ${segment.first - firstBlock * segment.step}) * ${outputColumns}`;
      return `${name}_row(${memoryArguments}, ${x}, ${w}, ${segment.taps.length}, ${q}${work.sums.length > 0 ? ", sums" : ""});`;
    });
    body.push(`for (long b = ${from}; b < ${to}; b++) {`, ...indent(calls), "}");
  }
  work.sums.forEach((each, k) => {
    for (let u = 0; u < vectors; u++) body.push(`${vectorsOf(context, each.array)}[${u}] = sums[${k * vectors + u}];`);
  });
  return [`static void ${name}(${memoryParameters}, long valid) {`, ...indent(body), "}"];
}
