/**
 * A contraction with the arithmetic fused into it. Accumulators of a tile (neighbouring positions × channels × vectors)
 * stay in registers while a loop goes over taps and input channels; weights are repacked so that the loop reads them in
 * sequence. Of a single sample an accumulator holds four neighbouring channels: weights are vectors and inputs spread,
 * instead of the other way round. Either way each sum is added up in the same order.
 *
 * The driver walks a table of regions: output positions that see the same taps, none of which falls outside.
 */
import type { ContractKernel, KernelOperand, Segment } from "@settle/kernels";

import { chooseTiles, type Tile } from "./choose-tile.ts";
import { accessOf, type ElementSite, emitElementWork } from "./element-work.ts";
import type { ModuleBuilder } from "./module-builder.ts";
import { regionBytes, regionTable, runBytes } from "./region-table.ts";
import { followOut, singleSite, storeTotal } from "./single-work.ts";
import { access, addI32, get, groupParameters, i32, splat, timesI32, WatFunction } from "./wat-function.ts";

export interface EmittedContract {
  readonly driver: WatFunction;
  /** Statements that repack the weights; they belong to the head of the phase. */
  readonly packs: readonly string[];
}

/** @param often  whether it is run in every step, so that tiles of several widths are worth their text */
export function emitContract(
  module: ModuleBuilder,
  name: string,
  kernel: ContractKernel,
  often: boolean,
): EmittedContract {
  const { outputChannels, outputColumns, inputColumns, inputChannels, rows, columns } = kernel;
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
  const context: TileContext = { module, kernel, weightRows, steps };
  const unit = module.single ? 4 : 1;
  const counts = columns.map(({ count }) => count);
  const units = Math.ceil(outputChannels / unit);
  const tiles = chooseTiles(counts, units, module.vectors, module.fused, often ? 6 : 1).map((tile) => {
    const channels = tile.channels * unit;
    // A vector of weights may reach beyond the last: what is there stays 0.
    const packed = module.packed(`${kernel.weights} by ${channels}`, weights.elements + unit - 1);
    return { name: `${name}-tile${tile.pixels}`, pixels: tile.pixels, channels, packed };
  });
  for (const tile of tiles) module.functions.push(emitTile(context, tile));
  const packs = new Map(
    tiles.map(({ packed, channels }) => {
      const sizes = [weights.offset, packed, weights.elements / outputChannels, outputChannels, channels].map(i32);
      return [packed, `(call $pack ${sizes.join(" ")})`] as const;
    }),
  );
  return { driver: emitDriver(context, name, tiles), packs: [...packs.values()] };
}

/** A tile and its function. */
interface PlacedTile extends Tile {
  readonly name: string;
  /** Address of the weights, `[blocks of channels][tap, input channel][channels of the block]`. */
  readonly packed: number;
}

interface TileContext {
  readonly module: ModuleBuilder;
  readonly kernel: ContractKernel;
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

function emitDriver(context: TileContext, name: string, tiles: readonly PlacedTile[]): WatFunction {
  const { module, kernel, steps } = context;
  const [widest, ...narrower] = tiles;
  const { label, work, inputChannels, outputChannels, outputRows, outputColumns } = kernel;
  const shape = `[${outputRows}, ${outputColumns}, ${outputChannels}] from ${inputChannels} channels`;
  const f = new WatFunction(name, {
    parameters: groupParameters,
    comment: `${label}: ${shape}; tiles of ${tiles.map(({ pixels, channels }) => `${pixels} × ${channels}`).join(", ")} positions × channels`,
  });
  const regions = regionTable(module, kernel);
  for (const { array } of work.sums) {
    const { space, offset } = module.place(array);
    for (let v = 0; v < module.vectors; v++) f.line(access("v128.store", offset + v * 16, get(space), splat(0)));
  }
  for (const local of ["region", "rows", "columns", "out", "in", "row-out", "row-in"]) f.local(local, "i32");
  const input = module.place(kernel.input);
  const word = (index: number): string => access("i32.load", index * 4, get("region"));
  const call = ({ name: tile, pixels }: PlacedTile): void => {
    const bases = ["group", "temporary", "out", "in"].map(get).join(" ");
    f.line(`(call $${tile} ${bases} ${word(3)} ${word(4)})`);
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
          if (widest === undefined) return;
          const enough = (): string => `(i32.ge_u ${get("columns")} ${i32(widest.pixels)})`;
          f.when(enough(), () =>
            f.doWhile(() => {
              call(widest);
              f.advance("columns", -widest.pixels);
            }, enough),
          );
          for (const tile of narrower) f.when(`(i32.eq ${get("columns")} ${i32(tile.pixels)})`, () => call(tile));
          f.advance("row-out", steps.outputRow);
          f.advance("row-in", steps.inputRow);
        },
        () => `(local.tee $rows (i32.sub ${get("rows")} ${i32(1)}))`,
      );
      f.advance("region", regionBytes);
    },
    () => `(i32.ne ${get("region")} ${i32(regions.address + regions.count * regionBytes)})`,
  );
  for (const { array } of module.single ? work.sums : []) {
    const { space, offset } = module.place(array);
    storeTotal(f, module, array, access("v128.load", offset, get(space)));
  }
  return f;
}

/** A function that makes all channels of `pixels` neighbouring positions. */
function emitTile(context: TileContext, { name, pixels, channels, packed }: PlacedTile): WatFunction {
  const { module, kernel, weightRows } = context;
  const f = new WatFunction(name, { parameters: ["group", "temporary", "out", "in", "first-run", "end-run"] });
  for (const local of ["block", "channel", "run", "x", "w", "end"]) f.local(local, "i32");
  const full = Math.floor(kernel.outputChannels / channels);
  const rest = kernel.outputChannels % channels;
  f.set("block", i32(packed));
  f.set("channel", i32(0));
  f.repeat(full, () => {
    emitBlock(context, f, pixels, channels);
    if (full === 1 && rest === 0) return;
    f.advance("block", weightRows * channels * 4);
    f.advance("channel", channels * 4);
    f.advance("out", channels * module.laneBytes);
  });
  if (rest > 0) emitBlock(context, f, pixels, rest);
  return f;
}

/** One accumulator of a tile. */
interface Cell {
  /** Position. */
  readonly p: number;
  /** Its channel, or the first of them, from the block's first on. */
  readonly c: number;
  readonly v: number;
  /** How many channels it holds. */
  readonly count: number;
}

function cellsOf({ module }: TileContext, pixels: number, channels: number): readonly Cell[] {
  const firsts = range(channels).filter((c) => !module.single || c % 4 === 0);
  return range(pixels).flatMap((p) =>
    firsts.flatMap((c) =>
      range(module.vectors).map((v) => ({ p, c, v, count: module.single ? Math.min(4, channels - c) : 1 })),
    ),
  );
}

const accumulatorOf = ({ p, c, v }: Pick<Cell, "p" | "c" | "v">): string => `acc${p}-${c}-${v}`;

/** One tile: `pixels` positions × `channels` channels from `$channel / 4` on. */
function emitBlock(context: TileContext, f: WatFunction, pixels: number, channels: number): void {
  const { module, kernel } = context;
  const cells = cellsOf(context, pixels, channels);
  for (const cell of cells) f.set(f.local(accumulatorOf(cell), "v128"), splat(0));
  f.set("run", get("first-run"));
  f.when(`(i32.ne ${get("first-run")} ${get("end-run")})`, () =>
    f.doWhile(
      () => {
        f.set("x", addI32(get("in"), access("i32.load", 0, get("run"))));
        f.set("w", addI32(get("block"), timesI32(access("i32.load", 4, get("run")), channels * 4)));
        f.set("end", addI32(get("x"), access("i32.load", 8, get("run"))));
        f.doWhile(
          () => {
            emitTurn(context, f, cells);
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
  const { work } = kernel;
  const sums = work.sums.map((sum, k) => ({ ...module.place(sum.array), local: (v: number) => `sum${k}-${v}` }));
  for (const { local, space, offset } of sums) {
    for (const v of range(module.vectors))
      f.set(f.local(local(v), "v128"), access("v128.load", offset + v * 16, get(space)));
  }
  followOut(f);
  for (const cell of cells) emitElementWork(f, module, work, siteOf(context, f, cell));
  for (const { local, space, offset } of sums) {
    for (const v of range(module.vectors)) f.line(access("v128.store", offset + v * 16, get(space), get(local(v))));
  }
}

/** One input channel: every weight of the tile times every input of it. */
function emitTurn({ module, steps }: TileContext, f: WatFunction, cells: readonly Cell[]): void {
  const input = ({ p, v }: Cell): string => `x${p}-${v}`;
  const { single } = module;
  for (const cell of cells.filter(({ c }) => c === 0)) {
    const load = single ? "v128.load32_splat" : "v128.load";
    f.set(f.local(input(cell), "v128"), access(load, cell.p * steps.inputColumn + cell.v * 16, get("x")));
  }
  for (const c of new Set(cells.map((cell) => cell.c))) {
    f.set(f.local("weight", "v128"), access(single ? "v128.load" : "v128.load32_splat", c * 4, get("w")));
    for (const cell of cells.filter((each) => each.c === c)) {
      const accumulator = accumulatorOf(cell);
      f.set(accumulator, module.multiplyAdd(get(input(cell)), get("weight"), get(accumulator)));
    }
  }
}

/** Operands, results and sums of a cell. */
function siteOf(context: TileContext, f: WatFunction, cell: Cell): ElementSite {
  const { module, kernel, steps } = context;
  const { p, c, v, count } = cell;
  const bytes = p * steps.outputColumn + c * module.laneBytes + v * 16;
  const contraction = get(accumulatorOf(cell));
  const { outputRows, outputColumns, outputChannels } = kernel;
  const elements = outputRows * outputColumns * outputChannels;
  if (module.single) {
    const channels = { count: outputChannels, bytes: c * 4 };
    return singleSite(f, module, { elements, bytes, count, contraction, channels });
  }
  return {
    load: (operand) =>
      operand.kind === "contraction"
        ? contraction
        : loadOperand(context, operand, { channel: c, bytes, vector: v, elements }),
    store: (array, value) => {
      const { space, offset } = module.place(array);
      return access("v128.store", offset + bytes, get(`${space}-out`), value);
    },
    sum: (k, value) => f.set(`sum${k}-${v}`, `(f32x4.add ${get(`sum${k}-${v}`)} ${value})`),
  };
}

interface Entry {
  readonly channel: number;
  /** From the tile's first output byte. */
  readonly bytes: number;
  readonly vector: number;
  /** Of the whole kernel. */
  readonly elements: number;
}

function loadOperand(
  { module, kernel }: TileContext,
  { array, map }: Extract<KernelOperand, { kind: "array" }>,
  { channel, bytes, vector, elements }: Entry,
): string {
  const { space, offset } = module.place(array);
  const kind = accessOf(map, elements);
  const shared = space === "shared";
  const perChannel = map.divide === 1 && map.modulo === kernel.outputChannels;
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
