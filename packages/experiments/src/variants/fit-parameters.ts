/** Changes the numbers of channels that may be changed until a circuit has as many parameters as another. */
import { formatPointer, parsePointer, valueAt } from "@settle/diagnostics";
import type { CircuitSpec } from "@settle/spec";
import { checkCircuit, type CheckedCircuit } from "./variant-circuit.ts";

type Fitting = Extract<CheckedCircuit, { readonly ok: true }>;

export interface FittedCircuit extends Fitting {
  /** What the numbers became, in the order of `pointers`. */
  readonly values: readonly number[];
}

/**
 * All numbers are scaled by one factor, found by bisection, then changed by ones while that brings the count closer.
 *
 * @param pointers  to whole numbers of the circuit
 * @param target    parameters wanted
 * @returns the circuit whose count is closest; undefined if no other count makes a circuit that compiles
 */
export function fitParameters(
  spec: CircuitSpec,
  pointers: readonly string[],
  target: number,
): FittedCircuit | undefined {
  const before = pointers.map((pointer) => Number(valueAt(spec, pointer)));
  const known = new Map<string, FittedCircuit | undefined>();
  const make = (values: readonly number[]): FittedCircuit | undefined => {
    const key = values.join(" ");
    if (!known.has(key)) {
      const checked = checkCircuit(withNumbers(spec, pointers, values));
      known.set(key, checked.ok ? { ...checked, values } : undefined);
    }
    return known.get(key);
  };
  const scaled = (factor: number): readonly number[] => before.map((value) => Math.max(1, Math.round(value * factor)));
  const missOf = (fitted: FittedCircuit): number => Math.abs(fitted.analysis.parameters.total - target);

  const tried: FittedCircuit[] = [];
  const consider = (values: readonly number[]): FittedCircuit | undefined => {
    const made = make(values);
    if (made !== undefined) tried.push(made);
    return made;
  };
  const best = (): FittedCircuit | undefined =>
    tried.reduce<FittedCircuit | undefined>(
      (least, each) => (least === undefined || missOf(each) < missOf(least) ? each : least),
      undefined,
    );
  if (consider(before) === undefined) return undefined;
  let [low, high] = [1 / 64, 64];
  for (let i = 0; i < 24; i++) {
    const middle = Math.sqrt(low * high);
    const made = consider(scaled(middle));
    if (made === undefined || made.analysis.parameters.total > target) high = middle;
    else low = middle;
  }
  for (let from = best(); from !== undefined && missOf(from) > 0;) {
    for (const neighbour of neighbours(from.values)) consider(neighbour);
    const next = best();
    from = next === from ? undefined : next;
  }
  return best();
}

/** One number up or down, and one up while another goes down. */
function neighbours(values: readonly number[]): readonly (readonly number[])[] {
  const moved = (...changes: readonly (readonly [index: number, by: number])[]): readonly number[] =>
    values.map((value, i) => value + changes.reduce((sum, [index, by]) => sum + (index === i ? by : 0), 0));
  const result: (readonly number[])[] = [];
  for (let i = 0; i < values.length; i++) {
    result.push(moved([i, 1]), moved([i, -1]));
    for (let j = 0; j < values.length; j++) if (i !== j) result.push(moved([i, 1], [j, -1]));
  }
  return result.filter((each) => each.every((value) => value >= 1));
}

function withNumbers(spec: CircuitSpec, pointers: readonly string[], values: readonly number[]): unknown {
  const copy: unknown = structuredClone(spec);
  for (const [i, pointer] of pointers.entries()) {
    const path = parsePointer(pointer);
    const holder = valueAt(copy, formatPointer(path.slice(0, -1))) as Record<string, unknown>;
    holder[path.at(-1) ?? ""] = values[i];
  }
  return copy;
}
