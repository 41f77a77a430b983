/**
 * How a contraction walks its output: rows, tiles of neighbouring positions, and inside a tile the taps and input
 * channels. Output positions of neighbouring residues are visited side by side, so that the inputs they share are in
 * cache. What a tile does with its inputs is up to the caller.
 */
import type { ContractKernel, Segment } from "@settle/kernels";
import { addressOf, type EmitContext, indent, memoryArguments, memoryParameters, times } from "./c-text.ts";
import { cut } from "./choose-tile.ts";

export interface Walk {
  readonly context: EmitContext;
  /** Of the kernel's C function; those of its rows and tiles begin with it. */
  readonly name: string;
  readonly kernel: ContractKernel;
  /** C type of what is kept of an input element, and how many of them: vectors of samples, or the number of one sample. */
  readonly element: { readonly type: "vec" | "float"; readonly count: number };
  /** Weights and their numbers for one input channel of one tap. */
  readonly weights: { readonly address: string; readonly stride: number };
  /** Most positions in a tile. */
  readonly positions: number;
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

/** How many positions each stretch of neighbours has: what tiles are cut from. */
export function stretches(kernel: ContractKernel): readonly number[] {
  return columnRanges(kernel.columns).flatMap(({ from, to, members }) => members.map(() => to - from));
}

/** The numbers of positions that tiles come in. */
export function tileSizes({ kernel, positions }: Walk): readonly number[] {
  return [
    ...new Set(
      columnRanges(kernel.columns).flatMap(({ from, to }) => cut(to - from, positions).map(({ size }) => size)),
    ),
  ];
}

/** From one tap of a segment to its next. */
interface TapSteps {
  readonly tap: number;
  readonly input: number;
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

/** Parameters of the function of a tile: the first tap's input of its first position, the weights, its taps, its place. */
export function tileParameters({ kernel, element }: Walk): string {
  const sums = kernel.work.sums.length > 0 ? ", vec *restrict sums" : "";
  return `${memoryParameters}, const ${element.type} *x, const float *w, long rows, long columns, long q${sums}`;
}

/**
 * The loops of a tile over taps and input channels.
 * @param channel  C expression: the first output channel, counted in weights
 * @param turn     what is done with one input channel, of `x_` (of the first position) and `w_`
 */
export function tapLoops(walk: Walk, channel: string, turn: readonly string[]): readonly string[] {
  const { kernel, element, weights } = walk;
  const { inputChannels, inputColumns, tapColumns } = kernel;
  const row = tapSteps(kernel.rows);
  const column = tapSteps(kernel.columns);
  const inputSize = inputChannels * element.count;
  const tapSize = inputChannels * weights.stride;
  const run = (x: string, w: string, length: string): readonly string[] => [
    `const ${element.type} *x_ = ${x}; const float *w_ = ${w};`,
    `for (long k = 0; k < ${length}; k++) {`,
    ...indent([...turn, `x_ += ${element.count}; w_ += ${weights.stride};`]),
    "}",
  ];
  const severalRows = kernel.rows.some(({ taps }) => taps.length > 1);
  const severalColumns = kernel.columns.some(({ taps }) => taps.length > 1);
  // Taps that follow one another in both the input and the weights are one run.
  const merged = column.tap === 1 && column.input === 1;
  const x = severalRows ? `x + ${times("i", row.input * inputColumns * inputSize)}` : "x";
  const w = `w${severalRows ? ` + ${times("i", row.tap * tapColumns * tapSize)}` : ""} + ${channel}`;
  const columns =
    !severalColumns || merged
      ? run(x, w, merged ? `columns * ${inputChannels}` : `${inputChannels}`)
      : [
          "for (long j = 0; j < columns; j++) {",
          ...indent(
            run(
              `${x} + ${times("j", column.input * inputSize)}`,
              `${w} + ${times("j", column.tap * tapSize)}`,
              `${inputChannels}`,
            ),
          ),
          "}",
        ];
  const loops = severalRows ? ["for (long i = 0; i < rows; i++) {", ...indent(columns), "}"] : columns;
  const somewhereNone = [...kernel.rows, ...kernel.columns].some(({ taps }) => taps.length === 0);
  return somewhereNone ? ["if (rows > 0 && columns > 0) {", ...indent(loops), "}"] : loops;
}

/** The function of a row of output: x is its first tap row of the input, q its first position. */
export function emitRow(walk: Walk): readonly string[] {
  const { name, kernel, element, weights, positions } = walk;
  const { inputChannels, work } = kernel;
  const passSums = work.sums.length > 0 ? ", sums" : "";
  const body: string[] = [];
  for (const { from, to, members } of columnRanges(kernel.columns)) {
    let block = from;
    for (const { size, count } of cut(to - from, positions)) {
      const calls = members.map(({ segment, firstBlock }) => {
        const tap = segment.taps[0] ?? { tap: 0, input: 0 };
        const along = (perBlock: number, at: number): string => {
          const constant = at - firstBlock * perBlock;
          const moving = times("b", perBlock);
          return count === 1 ? `${constant + block * perBlock}` : `${moving} + ${constant}`;
        };
        const inputSize = inputChannels * element.count;
        const x = `x + ${along(segment.inputStep * inputSize, tap.input * inputSize)}`;
        const w = `w + ${tap.tap * inputChannels * weights.stride}`;
        return `${name}_${size}(${memoryArguments}, ${x}, ${w}, rows, ${segment.taps.length}, q + ${along(segment.step, segment.first)}${passSums});`;
      });
      if (count === 1) body.push(...calls);
      else body.push(`for (long b = ${block}; b < ${block + size * count}; b += ${size}) {`, ...indent(calls), "}");
      block += size * count;
    }
  }
  const sums = work.sums.length > 0 ? ", vec *restrict sums" : "";
  return [
    `static void ${name}_row(${memoryParameters}, const ${element.type} *x, const float *w, long rows, long q${sums}) {`,
    ...indent(body),
    "}",
  ];
}

/** The kernel's function: all rows. @param finish  what is done with `sums` in the end */
export function emitWalk(walk: Walk, finish: readonly string[]): readonly string[] {
  const { context, name, kernel, element, weights } = walk;
  const { inputChannels, inputColumns, outputColumns, tapColumns, work } = kernel;
  const count = work.sums.length * (element.type === "vec" ? element.count : 1);
  const passSums = count > 0 ? ", sums" : "";
  const inputRow = inputColumns * inputChannels * element.count;
  return [
    `static void ${name}(${memoryParameters}, long valid) {`,
    ...indent([
      ...(count > 0 ? [`vec sums[${count}] = {{0}};`] : []),
      `const ${element.type} *x = (const ${element.type} *)${addressOf(context, kernel.input)};`,
      `const float *w = ${weights.address};`,
      ...columnRanges(kernel.rows).flatMap(({ from, to, members }) => [
        `for (long b = ${from}; b < ${to}; b++) {`,
        ...members.map(({ segment, firstBlock }) => {
          const tap = segment.taps[0] ?? { tap: 0, input: 0 };
          const x = `x + (${times("b", segment.inputStep)} + ${tap.input - firstBlock * segment.inputStep}) * ${inputRow}`;
          const w = `w + ${tap.tap * tapColumns * inputChannels * weights.stride}`;
          const q = `(${times("b", segment.step)} + ${segment.first - firstBlock * segment.step}) * ${outputColumns}`;
          return `  ${name}_row(${memoryArguments}, ${x}, ${w}, ${segment.taps.length}, ${q}${passSums});`;
        }),
        "}",
      ]),
      ...finish,
    ]),
    "}",
  ];
}
