/**
 * How ΔW becomes an update: the rules, each with the moments it keeps, and the decay of weights.
 *
 * Decay is decoupled from the rule, as in AdamW: W ← W − rate·decay·W before the rule's step is added.
 *
 * @source ConvNGC Alg. 2; Kingma2015 (Adam), Loshchilov2019 (decoupled decay), Nesterov1983
 */
import { add, argument, constant, div, mul, type ScalarExpression, sqrt, type ValueId } from "@settle/program";
import type { Parameter } from "../derive/equations.ts";
import type { NormalRule } from "../normalize/normal-circuit.ts";
import { correctionId, momentIds, sgdVelocityId } from "./buffer-ids.ts";
import { normOver } from "./norm-over.ts";
import type { PhaseBuilder } from "./phase-builder.ts";

type Adam = Extract<NormalRule, { kind: "adam" }>;
type Learned = Pick<Parameter, "id" | "kind" | "learning">;

/** The moments that a parameter's rule keeps, with what they are. */
export function momentsOf({ id, learning }: Learned): readonly (readonly [string, string])[] {
  switch (learning.rule.kind) {
    case "adam": {
      const { first, second } = momentIds(id);
      return [
        [first, "first moment"],
        [second, "second moment"],
      ];
    }
    case "momentum":
    case "nag":
      return [[sgdVelocityId(id), "velocity"]];
    case "sgd":
    case "normalized":
      return [];
    default:
      return learning.rule satisfies never;
  }
}

/** The β of all moments that need their bias corrected, by the buffer that holds 1 − βᵗ. */
export function biasCorrections(learned: readonly Learned[]): ReadonlyMap<string, number> {
  const rules = learned.map(({ learning }) => learning.rule).filter((rule): rule is Adam => rule.kind === "adam");
  return new Map(rules.flatMap(({ beta1, beta2 }) => [beta1, beta2]).map((beta) => [correctionId(beta), beta]));
}

/** By buffer: 1 − βᵗ as the running mean of ones, which loses nothing in float32 (computing it from βᵗ would). */
export function updateCorrections(builder: PhaseBuilder, learned: readonly Learned[]): ReadonlyMap<string, ValueId> {
  const next = new Map<string, ValueId>();
  for (const [id, beta] of biasCorrections(learned)) {
    const value = builder.map(add(mul(constant(beta), argument(0)), 1 - beta), [builder.read(id)], id);
    builder.write(id, value);
    next.set(id, value);
  }
  return next;
}

/** The parameter after its rule's step along Δ; moments are written. */
export function moveBy(
  builder: PhaseBuilder,
  parameter: Learned,
  delta: ValueId,
  corrections: ReadonlyMap<string, ValueId>,
): ValueId {
  const { id, learning } = parameter;
  const { operands, step } = stepOf(builder, parameter, delta, corrections);
  const rate = mul(constant(learning.rateFactor), argument(1));
  const kept = learning.decay === 0 ? argument(0) : mul(argument(0), add(1, mul(constant(-learning.decay), rate)));
  const moved = add(kept, mul(rate, step));
  return builder.map(moved, [builder.read(id), builder.read("learn/rate"), ...operands], `${id} moved`);
}

/** What the rate is multiplied by, in terms of operands that are counted from 2 on. */
function stepOf(
  builder: PhaseBuilder,
  { id, kind, learning: { rule } }: Learned,
  delta: ValueId,
  corrections: ReadonlyMap<string, ValueId>,
): { readonly operands: readonly ValueId[]; readonly step: ScalarExpression } {
  const [a2, a3, a4, a5] = [argument(2), argument(3), argument(4), argument(5)];
  switch (rule.kind) {
    case "sgd":
      return { operands: [delta], step: a2 };
    case "momentum":
    case "nag": {
      const velocity = decaying(builder, sgdVelocityId(id), rule.factor, [1, argument(1)], delta);
      if (rule.kind === "momentum") return { operands: [velocity], step: a2 };
      return { operands: [delta, velocity], step: add(a2, mul(constant(rule.factor), a3)) };
    }
    case "normalized": {
      // Filters are the axes before the last two, if there are any; anything else is normalized as a whole.
      const rank = builder.typeOf(delta).shape.length;
      const axes =
        rank >= 4 && kind !== "precision" ? [rank - 4, rank - 3] : Array.from({ length: rank }, (_, axis) => axis);
      return { operands: [delta, normOver(builder, delta, axes, `‖Δ ${id}‖`)], step: div(a2, add(a3, rule.epsilon)) };
    }
    case "adam": {
      const { beta1, beta2, epsilon } = rule;
      const ids = momentIds(id);
      const first = decaying(builder, ids.first, beta1, [1 - beta1, argument(1)], delta);
      const second = decaying(builder, ids.second, beta2, [1 - beta2, mul(argument(1), argument(1))], delta);
      const [ones1, ones2] = [beta1, beta2].map((beta) => corrections.get(correctionId(beta))!);
      const step = div(div(a2, a3), add(sqrt(div(a4, a5)), epsilon));
      return { operands: [first, ones1!, second, ones2!], step };
    }
    default:
      return rule satisfies never;
  }
}

/** Writes and gives moment ← kept · moment + weight · of(Δ), with Δ as argument 1. */
function decaying(
  builder: PhaseBuilder,
  moment: string,
  kept: number,
  [weight, of]: readonly [number, ScalarExpression],
  delta: ValueId,
): ValueId {
  const next = add(mul(constant(kept), argument(0)), mul(constant(weight), of));
  const value = builder.map(next, [builder.read(moment), delta], moment);
  builder.write(moment, value);
  return value;
}
