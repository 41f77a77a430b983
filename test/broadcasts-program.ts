/** Maps whose operands repeat along any axes, and sums over any axes, side by side in one Program. */
import {
  argument,
  broadcastType,
  mul,
  type Program,
  type Shape,
  sub,
  type ValueId,
  type ValueType,
} from "@settle/program";
import { createBuffers, createPhase, type PhaseDraft, programOf } from "./phase-draft.ts";

export interface Broadcast {
  readonly shape: Shape;
  /** Of three operands: along which axes they are the same, and whether each sample has its own. */
  readonly operands: readonly { readonly same: readonly boolean[]; readonly batch: boolean }[];
  /** By axis: what the sums are taken over. */
  readonly over: readonly boolean[];
  readonly keep: boolean;
}

/**
 * Of each case, `readout` has a map of its operands (once computed, once as they are read) and its sum for each sample;
 * `accumulate` a sum over the samples too, which a map repeats to the full shape.
 */
export function broadcastsProgram(cases: readonly Broadcast[]): Program {
  const draft = createBuffers();
  const { declare } = draft;
  const readout = createPhase();
  const accumulate = createPhase();
  cases.forEach(({ shape, operands, over, keep }, index) => {
    const whole: ValueType = { batch: true, shape };
    const axes = shape.flatMap((_, axis) => (over[axis] === true ? [axis] : []));
    const summed = shape.flatMap((extent, axis) => (axes.includes(axis) ? (keep ? [1] : []) : [extent]));
    const types = operands.map(({ same, batch }): ValueType => ({ batch, shape: narrowed(shape, same) }));
    const ids = types.map((type, k) => declare(`operand ${index}.${k}`, type.batch ? "input" : "parameter", type));
    const wholeId = declare(`whole ${index}`, "input", whole);

    const read = types.map((type, k) => readout.read(ids[k]!, type));
    const made = types.map((type, k) =>
      readout.add(type, (out) => ({ kind: "map", out, expression: sub(1, argument(0)), operands: [read[k]!] })),
    );
    const kept = product(readout, [made[0]!, made[1]!, read[2]!], [types[0]!, types[1]!, types[2]!]);
    const result = product(
      readout,
      [readout.read(wholeId, whole), kept.value, read[0]!],
      [whole, kept.type, types[0]!],
    );
    readout.write(declare(`result ${index}`, "readout", result.type), result.value);
    const each: ValueType = { batch: true, shape: summed };
    const sum = readout.add(each, (out) => reduction(out, result.value, false));
    readout.write(declare(`sum ${index}`, "readout", each), sum);

    // Where reduced axes are not kept, the sum would not line up with the shape any more.
    const total: ValueType = { batch: false, shape: summed };
    const all = accumulate.add(total, (out) => reduction(out, accumulate.read(wholeId, whole), true));
    accumulate.write(declare(`total ${index}`, "accumulator", total), all);
    if (keep) {
      const full: ValueType = { batch: false, shape };
      const factor = accumulate.read(declare(`factor ${index}`, "parameter", full), full);
      const spread = product(accumulate, [factor, all, all], [full, total, total]);
      accumulate.write(declare(`spread ${index}`, "accumulator", spread.type), spread.value);
    }

    function reduction(out: ValueId, operand: ValueId, batch: boolean) {
      return { kind: "reduce", out, operation: "sum", operand, axes, batch, keep } as const;
    }
  });
  return programOf(draft, { readout, accumulate });
}

/** a − b·c, of the type the three have in common. */
function product(phase: PhaseDraft, operands: readonly ValueId[], types: readonly ValueType[]) {
  const type = types.reduce((one, other) => broadcastType(one, other)!);
  const expression = sub(argument(0), mul(argument(1), argument(2)));
  return { type, value: phase.add(type, (out) => ({ kind: "map", out, expression, operands })) };
}

/** 1 along the axes where it is the same, without those in front. */
function narrowed(shape: Shape, same: readonly boolean[]): Shape {
  const aligned = shape.map((extent, axis) => (same[axis] === true ? 1 : extent));
  const first = aligned.findIndex((extent) => extent !== 1);
  return first < 0 ? [] : aligned.slice(first);
}
