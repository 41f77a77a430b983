/**
 * Sums over the samples of a group: filter gradients and lane sums, into the group's partials.
 *
 * Lanes without a sample are masked to zero before lanes are added, always in the order (0 + 2) + (1 + 3) of a vector.
 */
import type { GroupKernel, PositionRun } from "@settle/kernels";

import { fits, turn } from "./choose-tile.ts";
import type { ModuleBuilder } from "./module-builder.ts";
import { access, addI32, get, groupParameters, i32, splat, WatFunction } from "./wat-function.ts";

type GradientKernel = Extract<GroupKernel, { kind: "gradient" }>;
type LaneSumKernel = Extract<GroupKernel, { kind: "lane-sum" }>;

/** Words of a tap in the table: rows, columns, first bytes of both sides, byte of the result. */
const tapBytes = 20;

export function emitGradient(module: ModuleBuilder, name: string, kernel: GradientKernel): WatFunction {
  const { firstChannels, secondChannels, firstColumns, secondColumns, rows, columns, label } = kernel;
  const [wide, high] = chooseOuterTile(firstChannels, secondChannels, module);
  const f = new WatFunction(name, {
    parameters: groupParameters,
    comment: `${label}: ${rows.length} × ${columns.length} taps of ${firstChannels} × ${secondChannels}; tiles of ${wide} × ${high}`,
  });
  const bytes = { first: firstChannels * module.laneBytes, second: secondChannels * module.laneBytes };
  const [row, column] = [stepsOf(rows), stepsOf(columns)];
  const steps = {
    first: { row: row.first * firstColumns * bytes.first, column: column.first * bytes.first },
    second: { row: row.second * secondColumns * bytes.second, column: column.second * bytes.second },
  };
  const words = rows.flatMap((down, y) =>
    columns.flatMap((across, x) => [
      across.count === 0 ? 0 : down.count,
      across.count,
      (down.first * firstColumns + across.first) * bytes.first,
      (down.second * secondColumns + across.second) * bytes.second,
      (y * columns.length + x) * firstChannels * secondChannels * 4,
    ]),
  );
  const table = module.table(words);
  for (const local of [
    "tap",
    "a",
    "b",
    "rows",
    "columns",
    "first",
    "second",
    "row-first",
    "row-second",
    "out",
    "row-out",
  ])
    f.local(local, "i32");
  emitMasks(f, module);
  const place = {
    first: module.place(kernel.first),
    second: module.place(kernel.second),
    output: module.place(kernel.output),
  };
  const word = (index: number): string => access("i32.load", index * 4, get("tap"));

  /** Accumulators of one tile over all positions and vectors, then its entries of the result. */
  const tile = (width: number, height: number): void => {
    const cells = range(width).flatMap((i) => range(height).map((j) => ({ i, j, total: `total${i}-${j}` })));
    for (const { total } of cells) f.set(f.local(total, "v128"), splat(0));
    range(module.vectors).forEach((v) => {
      const accumulate = (): void => {
        f.set("columns", word(1));
        f.set("first", get("row-first"));
        f.set("second", get("row-second"));
        f.doWhile(
          () => {
            const side = (which: "first" | "second", k: number): string =>
              `(v128.and ${get(`mask${v}`)} ${module.load(k * module.laneBytes + v * 16, get(which))})`;
            range(width).forEach((i) => f.set(f.local(`x${i}`, "v128"), side("first", i)));
            range(height).forEach((j) => {
              f.set(f.local("y", "v128"), side("second", j));
              range(width).forEach((i) =>
                f.set(`total${i}-${j}`, module.multiplyAdd(get(`x${i}`), get("y"), get(`total${i}-${j}`))),
              );
            });
            f.advance("first", steps.first.column);
            f.advance("second", steps.second.column);
          },
          () => `(local.tee $columns (i32.sub ${get("columns")} ${i32(1)}))`,
        );
        f.advance("row-first", steps.first.row);
        f.advance("row-second", steps.second.row);
      };
      f.set("rows", word(0));
      f.set("row-first", addI32(addI32(get(place.first.space), get("a")), addI32(word(2), i32(place.first.offset))));
      f.set("row-second", addI32(addI32(get(place.second.space), get("b")), addI32(word(3), i32(place.second.offset))));
      f.when(get("rows"), () => f.doWhile(accumulate, () => `(local.tee $rows (i32.sub ${get("rows")} ${i32(1)}))`));
    });
    storeLaneTotals(f, cells, (i, j) => place.output.offset + (i * secondChannels + j) * 4);
  };
  const across = (width: number): void => {
    blocks(f, secondChannels, high, (height) => {
      tile(width, height);
      f.advance("b", height * module.laneBytes);
      f.advance("out", height * 4);
    });
  };
  f.set("tap", i32(table));
  f.doWhile(
    () => {
      f.set("a", i32(0));
      f.set("row-out", addI32(get("partial"), word(4)));
      blocks(f, firstChannels, wide, (width) => {
        f.set("b", i32(0));
        f.set("out", get("row-out"));
        across(width);
        f.advance("a", width * module.laneBytes);
        f.advance("row-out", width * secondChannels * 4);
      });
      f.advance("tap", tapBytes);
    },
    () => `(i32.ne ${get("tap")} ${i32(table + words.length * 4)})`,
  );
  return f;
}

/** Sum over samples and positions, one number per channel. */
export function emitLaneSum(module: ModuleBuilder, name: string, kernel: LaneSumKernel): WatFunction {
  const { label, positions, channels } = kernel;
  const f = new WatFunction(name, {
    parameters: groupParameters,
    comment: `${label}: ${positions} positions of ${channels} channels`,
  });
  const input = module.place(kernel.input);
  const output = module.place(kernel.output);
  emitMasks(f, module);
  for (const local of ["at", "channel", "out"]) f.local(local, "i32");
  const stride = channels * module.laneBytes;
  f.set("channel", addI32(get(input.space), i32(input.offset)));
  f.set("out", get("partial"));
  blocks(f, channels, Math.min(4, channels), (width) => {
    const cells = range(width).map((j) => ({ i: 0, j, total: `total0-${j}` }));
    for (const each of cells) f.set(f.local(each.total, "v128"), splat(0));
    f.set("at", get("channel"));
    f.repeat(positions, () => {
      for (const { j, total } of cells) {
        for (const v of range(module.vectors)) {
          const value = module.load(j * module.laneBytes + v * 16, get("at"));
          f.set(total, `(f32x4.add ${get(total)} (v128.and ${get(`mask${v}`)} ${value}))`);
        }
      }
      f.advance("at", stride);
    });
    storeLaneTotals(f, cells, (_, j) => output.offset + j * 4);
    f.advance("channel", width * module.laneBytes);
    f.advance("out", width * 4);
  });
  return f;
}

interface Cell {
  readonly i: number;
  readonly j: number;
  readonly total: string;
}

/** Whole blocks in a loop, then a narrower one. */
function blocks(f: WatFunction, count: number, width: number, body: (width: number) => void): void {
  f.repeat(Math.floor(count / width), () => body(width));
  if (count % width > 0) body(count % width);
}

/** `$mask0` … : all ones in lanes that hold samples. */
export function emitMasks(f: WatFunction, module: ModuleBuilder): void {
  for (const v of range(module.vectors)) {
    const lanes = `(v128.const i32x4 ${[0, 1, 2, 3].map((lane) => v * 4 + lane).join(" ")})`;
    f.set(f.local(`mask${v}`, "v128"), `(i32x4.lt_s ${lanes} (i32x4.splat ${get("valid")}))`);
  }
}

/** Adds the lanes of each cell and stores the sums at `$out + offset`; four cells at a time by transposing. */
export function storeLaneTotals(
  f: WatFunction,
  cells: readonly Cell[],
  offsetOf: (i: number, j: number) => number,
): void {
  for (let at = 0; at < cells.length; at += 4) {
    const four = cells.slice(at, at + 4);
    const name = (k: number): string => get(four[k]?.total ?? four[0]!.total);
    const pair = (a: string, b: string): string => `(f32x4.add ${interleave(0, a, b)} ${interleave(2, a, b)})`;
    f.set(f.local("low", "v128"), pair(name(0), name(1)));
    f.set(f.local("high", "v128"), pair(name(2), name(3)));
    const halves = (lanes: string): string => `(i8x16.shuffle ${lanes} ${get("low")} ${get("high")})`;
    const [even, odd] = [halves(bytesOf([0, 1, 4, 5])), halves(bytesOf([2, 3, 6, 7]))];
    f.set("low", `(f32x4.add ${even} ${odd})`);
    const offsets = four.map(({ i, j }) => offsetOf(i, j));
    if (four.length === 4 && offsets.every((offset, k) => offset === offsets[0]! + k * 4)) {
      f.line(access("v128.store", offsets[0]!, get("out"), get("low")));
    } else {
      offsets.forEach((offset, k) => f.line(`(v128.store32_lane offset=${offset} ${k} ${get("out")} ${get("low")})`));
    }
  }
}

/** [a₀ b₀ a₁ b₁] for first = 0, [a₂ b₂ a₃ b₃] for first = 2. */
const interleave = (first: number, a: string, b: string): string =>
  `(i8x16.shuffle ${bytesOf([first, first + 4, first + 1, first + 5])} ${a} ${b})`;

const bytesOf = (lanes: readonly number[]): string =>
  lanes.flatMap((lane) => [0, 1, 2, 3].map((byte) => lane * 4 + byte)).join(" ");

/** Width and height with the fewest estimated cycles. */
function chooseOuterTile(first: number, second: number, module: ModuleBuilder): readonly [number, number] {
  let best: readonly [number, number] = [1, 1];
  let least = Number.POSITIVE_INFINITY;
  for (let width = 1; width <= Math.min(first, 4); width++) {
    for (let height = width; height <= Math.min(second, 10); height++) {
      if (!fits(width, height, module.fused) && width * height > 1) continue;
      const along = (w: number): number =>
        Math.floor(second / height) * turn(w, height, module.fused) +
        (second % height > 0 ? turn(w, second % height, module.fused) : 0);
      const cost = Math.floor(first / width) * along(width) + (first % width > 0 ? along(first % width) : 0);
      if (cost < least) {
        least = cost;
        best = [width, height];
      }
    }
  }
  return best;
}

/** Steps common to all taps of an axis that join more than one pair. */
function stepsOf(runs: readonly PositionRun[]): { readonly first: number; readonly second: number } {
  const several = runs.filter(({ count }) => count > 1);
  const [run] = several;
  if (several.some(({ firstStep, secondStep }) => firstStep !== run?.firstStep || secondStep !== run.secondStep)) {
    throw new Error("kernel fault: taps of one axis step differently");
  }
  return { first: run?.firstStep ?? 0, second: run?.secondStep ?? 0 };
}

function range(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index);
}
