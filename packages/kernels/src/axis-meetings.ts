/**
 * The index map of any relation of up to two axes, axis by axis: for relations without a form of their own (groups,
 * filters of each position's own, fixed weights) and for pools.
 */
import type { Relation, RelationAxis } from "@settle/program";
import type { AxisMeetings, TapMeetings } from "./kernel-plan.ts";

const single: RelationAxis = { big: "pre", stride: 1, taps: 1, pad: 0, pre: 1, post: 1 };

/** Rows and columns of a relation; an axis that is not there has one position and one tap. */
function axesOf({ axes }: Relation): readonly [row: RelationAxis, column: RelationAxis] {
  return axes.length === 1 ? [single, axes[0] ?? single] : [axes[0] ?? single, axes[1] ?? single];
}

const range = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index);

/** Position on the pre side that a post position meets at a tap, or undefined. */
function preAt({ big, stride, pad, pre }: RelationAxis, post: number, tap: number): number | undefined {
  const at = big === "pre" ? stride * post + tap - pad : (post + pad - tap) / stride;
  return Number.isInteger(at) && at >= 0 && at < pre ? at : undefined;
}

interface Met {
  readonly pre: number;
  readonly post: number;
  readonly small: number;
  readonly tap: number;
}

function metOn(axis: RelationAxis): readonly Met[] {
  return range(axis.post).flatMap((post) =>
    range(axis.taps).flatMap((tap): readonly Met[] => {
      const pre = preAt(axis, post, tap);
      return pre === undefined ? [] : [{ pre, post, small: axis.big === "pre" ? post : pre, tap }];
    }),
  );
}

/** What an axis adds to the number of a filter: of the one at a tap, among all positions' own where they are not shared. */
function filterNumbers(relation: Relation): readonly [(met: Met) => number, (met: Met) => number] {
  const [row, column] = axesOf(relation);
  const { weights } = relation;
  if (weights.kind !== "tensor") return [() => 0, () => 0];
  if (weights.shared) return [({ tap }) => tap * column.taps, ({ tap }) => tap];
  const smallColumns = column.big === "pre" ? column.post : column.pre;
  const taps = row.taps * column.taps;
  return [({ small, tap }) => small * smallColumns * taps + tap * column.taps, ({ small, tap }) => small * taps + tap];
}

/** For each index of the produced side, on rows and on columns, whom it meets. */
export function axisMeetings(
  relation: Relation,
  produce: "pre" | "post",
): { readonly rows: AxisMeetings; readonly columns: AxisMeetings } {
  const [row, column] = axesOf(relation);
  const [rowFilter, columnFilter] = filterNumbers(relation);
  const { weights } = relation;
  const input = produce === "pre" ? "post" : "pre";
  const listOf = (axis: RelationAxis, positions: number, filter: (met: Met) => number, value: number): AxisMeetings => {
    const all = metOn(axis);
    const share = (post: number): number => 1 / all.filter((met) => met.post === post).length;
    return range(axis[produce]).map((at) =>
      all
        .filter((met) => met[produce] === at)
        .toSorted((a, b) => a[input] - b[input])
        .map((met) => ({
          input: met[input] * positions,
          filter: filter(met),
          factor: weights.kind === "mean" ? share(met.post) : value,
        })),
    );
  };
  return {
    rows: listOf(row, column[input], rowFilter, weights.kind === "fixed" ? weights.value : 1),
    columns: listOf(column, 1, columnFilter, 1),
  };
}

/** For each filter, on rows and on columns, the pairs of positions it joins. */
export function tapMeetings(relation: Relation): { readonly rows: TapMeetings; readonly columns: TapMeetings } {
  const [row, column] = axesOf(relation);
  const [rowFilter, columnFilter] = filterNumbers(relation);
  const own = relation.weights.kind === "tensor" && !relation.weights.shared;
  const listOf = (axis: RelationAxis, positions: Positions, filter: (met: Met) => number): TapMeetings => {
    const all = metOn(axis);
    const smalls = own ? range(axis.big === "pre" ? axis.post : axis.pre) : [0];
    return smalls.flatMap((small) =>
      range(axis.taps).map((tap) => ({
        filter: filter({ pre: 0, post: 0, small, tap }),
        pairs: all
          .filter((met) => met.tap === tap && (!own || met.small === small))
          .map(({ pre, post }) => ({ pre: pre * positions.pre, post: post * positions.post })),
      })),
    );
  };
  return {
    rows: listOf(row, { pre: column.pre, post: column.post }, rowFilter),
    columns: listOf(column, { pre: 1, post: 1 }, columnFilter),
  };
}

interface Positions {
  readonly pre: number;
  readonly post: number;
}
