/** A max pool and its adjoint as ONNX nodes: the places of largest entries, then what stands there or goes there. */
import { type Relation, sizeOf } from "@settle/program";
import { gatherRows, longestOf, sumRows } from "./gather-rows.ts";
import type { GraphBuilder } from "./graph-builder.ts";
import { entriesOf, indexMap } from "./index-map.ts";

export function lowerMaxPool(
  builder: GraphBuilder,
  { axes, preChannels: channels, preShape, postShape, ...relation }: Relation,
  produce: "post" | "pre",
  { by, of }: { readonly by: string; readonly of: string },
): string {
  const map = indexMap({ axes, preChannels: channels, preShape, postShape, ...relation });
  const [places, open] = [sizeOf(axes.map((axis) => axis.pre)), sizeOf(axes.map((axis) => axis.post))];
  // The first of equals is the first in row-major order of pre.
  const windows = entriesOf(
    map,
    "post",
    axes.map((axis) => axis.post),
  ).map((entries) => entries.map((entry) => map.pre[entry]!).toSorted((a, b) => a - b));
  const longest = longestOf(windows);
  const rowsOf = (name: string, count: number): string =>
    builder.add("Reshape", [name, builder.ints([-1, count, channels])]);
  const candidates = gatherRows(builder, rowsOf(by, places), places, windows, Number.NEGATIVE_INFINITY);
  const largest = builder.add("ArgMax", [candidates], { axis: 2, keepdims: 1, select_last_index: 0 });
  if (produce === "post") {
    const entries = gatherRows(builder, rowsOf(of, places), places, windows);
    const taken = builder.add("GatherElements", [entries, largest], { axis: 2 });
    return builder.add("Reshape", [taken, builder.ints([-1, ...postShape])]);
  }
  const order = builder.add("Reshape", [
    builder.ints(Array.from({ length: longest }, (_, k) => k)),
    builder.ints([1, 1, longest, 1]),
  ]);
  const isLargest = builder.add("Equal", [order, largest]);
  const given = builder.add("Reshape", [of, builder.ints([-1, open, 1, channels])]);
  const spread = builder.add("Where", [isLargest, given, builder.numbers([0])]);
  const rows = rowsOf(spread, open * longest);
  const reaching = Array.from({ length: places }, (): number[] => []);
  windows.forEach((window, target) => window.forEach((place, k) => reaching[place]!.push(target * longest + k)));
  return builder.add("Reshape", [sumRows(builder, rows, open * longest, reaching), builder.ints([-1, ...preShape])]);
}
