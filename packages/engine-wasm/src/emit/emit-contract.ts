/**
 * A contraction with the arithmetic fused into it. Accumulators of a tile (neighbouring positions × channels × vectors)
 * stay in registers while a loop goes over taps and input channels; weights are repacked so that the loop reads them in
 * sequence.
 *
 * The driver walks a table of regions: output positions that see the same taps, none of which falls outside.
 */
import type { GroupKernel, KernelOperand, Segment } from "@settle/kernels";

import { chooseTile, type Tile } from "./choose-tile.ts";
import { accessOf, emitElementWork } from "./element-work.ts";
import type { ModuleBuilder } from "./module-builder.ts";
import { access, addI32, get, groupParameters, i32, splat, timesI32, WatFunction } from "./wat-function.ts";

type ContractKernel = Extract<GroupKernel, { kind: "contract" }>;

/** Words of a region in the table: rows, columns, first output byte, first and end of its runs. */
const regionBytes = 20;
/** Words of a run: input byte, weight row, bytes of input it covers. */
const runBytes = 12;

export interface EmittedContract {
  readonly driver: WatFunction;
  /** Statement that repacks the weights; belongs to the head of the phase. */
  readonly pack: string;
}

export function emitContract(module: ModuleBuilder, name: string, kernel: ContractKernel): EmittedContract {
  const { outputChannels, outputColumns, inputColumns, inputChannels, rows, columns } = kernel;
  const tile = chooseTile(
    columns.map(({ count }) => count),
    outputChannels,
    module.vectors,
    module.fused,
  );
  const outputStep = outputChannels * module.laneBytes;
  const inputStep = inputChannels * module.laneBytes;
  const [column, row] = [commonSteps(columns), commonSteps(rows)];
  const steps = {
    outputColumn: column.step * outputStep,
    outputRow: row.step * outputColumns * outputStep,
    inputColumn: column.inputStep * inputStep,
    inputRow: row.inputStep * inputColumns * inputStep,
  };
  const tapRows = new Set(rows.flatMap(({ taps }) => taps.map(({ tap }) => tap)));
  const weightRows = (Math.max(0, ...tapRows) + 1) * kernel.tapColumns * inputChannels;
  const weights = module.place(kernel.weights);
  const packed = module.packed(`${kernel.weights} by ${tile.channels}`, weights.elements);
  const context: TileContext = { module, kernel, tile, packed, weightRows, steps };
  const many = columns.some(({ count }) => count >= tile.pixels) ? tile.pixels : 1;
  if (many > 1) module.functions.push(emitTile(context, `${name}-tile${many}`, many));
  module.functions.push(emitTile(context, `${name}-tile1`, 1));
  const driver = emitDriver(context, name, many);
  const sizes = [weights.offset, packed, weights.elements / outputChannels, outputChannels, tile.channels].map(i32);
  return { driver, pack: `(call $pack ${sizes.join(" ")})` };
}

interface TileContext {
  readonly module: ModuleBuilder;
  readonly kernel: ContractKernel;
  readonly tile: Tile;
  /** Address of the weights, `[blocks of channels][tap, input channel][channels of the block]`. */
  readonly packed: number;
  /** Taps times input channels. */
  readonly weightRows: number;
  /** Bytes between neighbouring positions of a segment. */
  readonly steps: {
    readonly outputColumn: number;
    readonly outputRow: number;
    readonly inputColumn: number;
    readonly inputRow: number;
  };
}

/** All segments of an axis that have more than one position step alike. */
function commonSteps(segments: readonly Segment[]): { readonly step: number; readonly inputStep: number } {
  const several = segments.filter(({ count }) => count > 1);
  const [first] = several;
  if (several.some(({ step, inputStep }) => step !== first?.step || inputStep !== first.inputStep)) {
    throw new Error("kernel fault: segments of one axis step differently");
  }
  return first ?? { step: 0, inputStep: 0 };
}

function emitDriver(context: TileContext, name: string, many: number): WatFunction {
  const { module, kernel, steps } = context;
  const { label, work, inputChannels, outputChannels, outputRows, outputColumns } = kernel;
  const shape = `[${outputRows}, ${outputColumns}, ${outputChannels}] from ${inputChannels} channels`;
  const f = new WatFunction(name, {
    parameters: groupParameters,
    comment: `${label}: ${shape}; tiles of ${many} positions × ${context.tile.channels} channels × ${module.vectors} vectors`,
  });
  const regions = regionTable(context);
  for (const { array } of work.sums) {
    const { space, offset } = module.place(array);
    for (let v = 0; v < module.vectors; v++) f.line(access("v128.store", offset + v * 16, get(space), splat(0)));
  }
  for (const local of ["region", "rows", "columns", "out", "in", "row-out", "row-in"]) f.local(local, "i32");
  const input = module.place(kernel.input);
  const word = (index: number): string => access("i32.load", index * 4, get("region"));
  const tileCall = (pixels: number): void => {
    const bases = ["group", "temporary", "out", "in"].map(get).join(" ");
    f.line(`(call $${name}-tile${pixels} ${bases} ${word(3)} ${word(4)})`);
    f.advance("out", steps.outputColumn * pixels);
    f.advance("in", steps.inputColumn * pixels);
  };
  f.set("region", i32(regions.address));
  f.doWhile(
    () => {
      f.set("rows", word(0));
      f.set("row-out", word(2));
      f.set("row-in", addI32(get(input.space), i32(input.offset)));
      f.doWhile(
        () => {
          f.set("out", get("row-out"));
          f.set("in", get("row-in"));
          f.set("columns", word(1));
          if (many > 1) {
            const enough = (): string => `(i32.ge_u ${get("columns")} ${i32(many)})`;
            f.when(enough(), () =>
              f.doWhile(() => {
                tileCall(many);
                f.advance("columns", -many);
              }, enough),
            );
          }
          f.when(get("columns"), () =>
            f.doWhile(
              () => tileCall(1),
              () => `(local.tee $columns (i32.sub ${get("columns")} ${i32(1)}))`,
            ),
          );
          f.advance("row-out", steps.outputRow);
          f.advance("row-in", steps.inputRow);
        },
        () => `(local.tee $rows (i32.sub ${get("rows")} ${i32(1)}))`,
      );
      f.advance("region", regionBytes);
    },
    () => `(i32.ne ${get("region")} ${i32(regions.address + regions.count * regionBytes)})`,
  );
  return f;
}

/** Writes regions and their runs into memory. Neighbouring taps that read neighbouring inputs make one run. */
function regionTable(context: TileContext): { readonly address: number; readonly count: number } {
  const { module, kernel } = context;
  const { rows, columns, inputColumns, inputChannels, outputColumns, outputChannels, tapColumns } = kernel;
  const inputStep = inputChannels * module.laneBytes;
  const runs: number[] = [];
  const regions: number[] = [];
  for (const row of rows) {
    for (const column of columns) {
      const first = runs.length * 4;
      for (const down of row.taps) {
        for (const across of mergeTaps(column)) {
          const from = (down.input * inputColumns + across.input) * inputStep;
          runs.push(from, (down.tap * tapColumns + across.tap) * inputChannels, across.taps * inputStep);
        }
      }
      const out = (row.first * outputColumns + column.first) * outputChannels * module.laneBytes;
      regions.push(row.count, column.count, out, first, runs.length * 4);
    }
  }
  const runsAt = module.table(runs);
  const placed = regions.map((word, index) => (index % 5 >= 3 ? word + runsAt : word));
  return { address: module.table(placed), count: regions.length / 5 };
}

function mergeTaps({
  taps,
}: Segment): readonly { readonly tap: number; readonly input: number; readonly taps: number }[] {
  const merged: { tap: number; input: number; taps: number }[] = [];
  for (const { tap, input } of taps) {
    const last = merged.at(-1);
    if (last !== undefined && last.tap + last.taps === tap && last.input + last.taps === input) last.taps++;
    else merged.push({ tap, input, taps: 1 });
  }
  return merged;
}

/** A function that makes all channels of `pixels` neighbouring positions. */
function emitTile(context: TileContext, name: string, pixels: number): WatFunction {
  const { module, kernel, tile, packed, weightRows } = context;
  const f = new WatFunction(name, { parameters: ["group", "temporary", "out", "in", "first-run", "end-run"] });
  for (const local of ["block", "channel", "run", "x", "w", "end"]) f.local(local, "i32");
  const full = Math.floor(kernel.outputChannels / tile.channels);
  const rest = kernel.outputChannels % tile.channels;
  f.set("block", i32(packed));
  f.set("channel", i32(0));
  f.repeat(full, () => {
    emitBlock(context, f, pixels, tile.channels);
    if (full === 1 && rest === 0) return;
    f.advance("block", weightRows * tile.channels * 4);
    f.advance("channel", tile.channels * 4);
    f.advance("out", tile.channels * module.laneBytes);
  });
  if (rest > 0) emitBlock(context, f, pixels, rest);
  return f;
}

/** One tile: `pixels` positions × `channels` channels from `$channel / 4` on. */
function emitBlock(context: TileContext, f: WatFunction, pixels: number, channels: number): void {
  const { module, kernel, steps } = context;
  const accumulators = range(pixels).flatMap((p) =>
    range(channels).flatMap((c) => range(module.vectors).map((v) => ({ p, c, v, name: `acc${p}-${c}-${v}` }))),
  );
  for (const { name } of accumulators) f.set(f.local(name, "v128"), splat(0));
  f.set("run", get("first-run"));
  f.when(`(i32.ne ${get("first-run")} ${get("end-run")})`, () =>
    f.doWhile(
      () => {
        f.set("x", addI32(get("in"), access("i32.load", 0, get("run"))));
        f.set("w", addI32(get("block"), timesI32(access("i32.load", 4, get("run")), channels * 4)));
        f.set("end", addI32(get("x"), access("i32.load", 8, get("run"))));
        f.doWhile(
          () => {
            emitTurn(context, f, pixels, channels);
            f.advance("x", module.laneBytes);
            f.advance("w", channels * 4);
          },
          () => `(i32.ne ${get("x")} ${get("end")})`,
        );
        f.advance("run", runBytes);
      },
      () => `(i32.ne ${get("run")} ${get("end-run")})`,
    ),
  );
  const accumulator = (p: number, c: number, v: number): string => get(`acc${p}-${c}-${v}`);
  const { work } = kernel;
  const sums = work.sums.map((sum, k) => ({ ...module.place(sum.array), local: (v: number) => `sum${k}-${v}` }));
  for (const { local, space, offset } of sums) {
    for (const v of range(module.vectors))
      f.set(f.local(local(v), "v128"), access("v128.load", offset + v * 16, get(space)));
  }
  for (const space of ["group", "temporary"] as const)
    f.set(f.local(`${space}-out`, "i32"), addI32(get(space), get("out")));
  for (const { p, c, v } of accumulators) {
    const bytes = p * steps.outputColumn + c * module.laneBytes + v * 16;
    emitElementWork(f, module, work, {
      load: (operand) =>
        operand.kind === "contraction"
          ? accumulator(p, c, v)
          : loadOperand(context, operand, { channel: c, bytes, vector: v }),
      store: (array, value) => {
        const { space, offset } = module.place(array);
        return access("v128.store", offset + bytes, get(`${space}-out`), value);
      },
      sum: (k, value) => f.set(`sum${k}-${v}`, `(f32x4.add ${get(`sum${k}-${v}`)} ${value})`),
    });
  }
  for (const { local, space, offset } of sums) {
    for (const v of range(module.vectors)) f.line(access("v128.store", offset + v * 16, get(space), get(local(v))));
  }
}

/** One input channel: every weight of the tile times every input of it. */
function emitTurn({ module, steps }: TileContext, f: WatFunction, pixels: number, channels: number): void {
  const inputs = range(pixels).flatMap((p) => range(module.vectors).map((v) => ({ p, v, name: `x${p}-${v}` })));
  for (const { p, v, name } of inputs) {
    f.set(f.local(name, "v128"), access("v128.load", p * steps.inputColumn + v * 16, get("x")));
  }
  for (const c of range(channels)) {
    f.set(f.local("weight", "v128"), access("v128.load32_splat", c * 4, get("w")));
    for (const { p, v, name } of inputs) {
      const accumulator = `acc${p}-${c}-${v}`;
      f.set(accumulator, module.multiplyAdd(get(name), get("weight"), get(accumulator)));
    }
  }
}

interface Entry {
  readonly channel: number;
  /** From the tile's first output byte. */
  readonly bytes: number;
  readonly vector: number;
}

function loadOperand(
  { module, kernel }: TileContext,
  { array, map }: Extract<KernelOperand, { kind: "array" }>,
  { channel, bytes, vector }: Entry,
): string {
  const { space, offset } = module.place(array);
  const { outputChannels, outputColumns, outputRows } = kernel;
  const kind = accessOf(map, outputRows * outputColumns * outputChannels);
  const shared = space === "shared";
  const perChannel = map.divide === 1 && map.modulo === outputChannels;
  if (!shared && kind === "same") return access("v128.load", offset + bytes, get(`${space}-out`));
  if (kind === "one")
    return shared ? access("v128.load32_splat", offset, i32(0)) : access("v128.load", offset + vector * 16, get(space));
  if (perChannel && shared) return access("v128.load32_splat", offset + channel * 4, get("channel"));
  if (perChannel) {
    const at = addI32(get(space), timesI32(get("channel"), module.plan.lanes));
    return access("v128.load", offset + channel * module.laneBytes + vector * 16, at);
  }
  const element = `(i32.div_u ${addI32(get("out"), i32(bytes - vector * 16))} ${i32(module.laneBytes)})`;
  const index = `(i32.rem_u (i32.div_u ${element} ${i32(map.divide)}) ${i32(map.modulo)})`;
  if (shared) return access("v128.load32_splat", offset, timesI32(index, 4));
  return access("v128.load", offset + vector * 16, addI32(get(space), timesI32(index, module.laneBytes)));
}

function range(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index);
}
