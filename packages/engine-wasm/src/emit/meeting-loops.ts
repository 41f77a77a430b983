/** Tables of the index map in memory, and loops over them. */
import type { AxisMeetings, TapMeetings } from "@settle/kernels";

import type { ModuleBuilder } from "./module-builder.ts";
import { access, addI32, get, i32, type WatFunction } from "./wat-function.ts";

/** Bytes of an index of an axis: where its list begins and ends, and a word more. */
const indexBytes = 12;
/** Bytes of an entry of a list: two words and a float. */
const entryBytes = 12;

/** Address of a table over the indices of an axis. */
export type AxisTable = number;

/**
 * @param input   bytes of an input position
 * @param filter  bytes of a filter
 */
export function meetingTable(module: ModuleBuilder, axis: AxisMeetings, input: number, filter: number): AxisTable {
  return axisTable(
    module,
    axis.map((list) => ({
      word: 0,
      entries: list.map((each) => [each.input * input, each.filter * filter, floatBits(each.factor)]),
    })),
  );
}

/** Of pairs of positions, by filter; the word is the filter's byte. */
export function tapTable(
  module: ModuleBuilder,
  axis: TapMeetings,
  bytes: { readonly pre: number; readonly post: number; readonly filter: number },
): AxisTable {
  return axisTable(
    module,
    axis.map(({ filter, pairs }) => ({
      word: filter * bytes.filter,
      entries: pairs.map(({ pre, post }) => [pre * bytes.pre, post * bytes.post, 0]),
    })),
  );
}

function axisTable(
  module: ModuleBuilder,
  indices: readonly { readonly word: number; readonly entries: readonly (readonly number[])[] }[],
): AxisTable {
  const list = module.table(indices.flatMap(({ entries }) => entries.flat()));
  let at = list;
  const words = indices.flatMap(({ word, entries }) => {
    const from = at;
    at += entries.length * entryBytes;
    return [from, at, word];
  });
  return module.table(words);
}

/** Runs the body for every row and column, their indices in `$row` and `$column`. */
export function eachIndex(
  f: WatFunction,
  tables: { readonly rows: AxisTable; readonly columns: AxisTable },
  counts: { readonly rows: number; readonly columns: number },
  body: () => void,
): void {
  f.set(f.local("row", "i32"), i32(tables.rows));
  f.repeat(counts.rows, () => {
    f.set(f.local("column", "i32"), i32(tables.columns));
    f.repeat(counts.columns, () => {
      body();
      f.advance("column", indexBytes);
    });
    f.advance("row", indexBytes);
  });
}

/** Runs the body for every pair of entries of the lists of `$row` and `$column`, in `$i` and `$j`. */
export function eachEntry(f: WatFunction, body: () => void): void {
  const through = (entry: string, index: string, inside: () => void): void => {
    const end = access("i32.load", 4, get(index));
    f.set(f.local(entry, "i32"), access("i32.load", 0, get(index)));
    f.when(`(i32.ne ${get(entry)} ${end})`, () =>
      f.doWhile(
        () => {
          inside();
          f.advance(entry, entryBytes);
        },
        () => `(i32.ne ${get(entry)} ${end})`,
      ),
    );
  };
  through("i", "row", () => through("j", "column", body));
}

/** Sum of a word of the entries `$i` and `$j`. */
export const entryWord = (word: number): string =>
  addI32(access("i32.load", word * 4, get("i")), access("i32.load", word * 4, get("j")));

/** Product of their factors, in all lanes. */
export const entryFactor = (): string =>
  `(f32x4.mul ${access("v128.load32_splat", 8, get("i"))} ${access("v128.load32_splat", 8, get("j"))})`;

/** Sum of the words of `$row` and `$column`. */
export const indexWord = (): string => addI32(access("i32.load", 8, get("row")), access("i32.load", 8, get("column")));

function floatBits(value: number): number {
  return new Int32Array(Float32Array.of(value).buffer)[0]!;
}
