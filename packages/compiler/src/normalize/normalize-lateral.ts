/** Lateral synapses in normal form. */
import type { ConstraintSpec, LateralSpec, LawSpec } from "@settle/spec";
import { pointerTo } from "../pointer-to.ts";
import type { Chooser } from "./choose-field.ts";
import type { LearnedLateral, NormalFollows, NormalLateral } from "./normal-circuit.ts";
import { normalConstraint, normalLaw, bothAxes } from "./normal-weights.ts";

/** GNCN: α and β_s of the released code. */
const excitation = 0.15;
const inhibition = 0.1;
/** p of the anti-Hebbian rule. */
const restingActivity = 0.1;
const zeros: LawSpec = { kind: "zeros" };
const noConstraint: ConstraintSpec = { kind: "none" };

export function normalizeLateral(id: string, lateral: LateralSpec, choose: Chooser): NormalLateral {
  const own = pointerTo("laterals", id);
  const field = <T, D>(key: string, value: T | undefined, fallback: D): T | D =>
    choose(`${own}/${key}`, [[value, `${own}/${key}`]], fallback);
  const ends = { id, from: lateral.from, to: field("to", lateral.to, lateral.from) };
  const learned = ({ initial, follows, learn }: LearnedSpec): LearnedLateral => ({
    initial: normalLaw(field("initial", initial, zeros)),
    follows: normalFollows(field("follows", follows, "residual")),
    learns: field("learn", learn, true) !== false,
    constraint: normalConstraint(
      field("learn/constraint", typeof learn === "object" ? learn.constraint : undefined, noConstraint),
    ),
  });
  switch (lateral.kind) {
    case "groups": {
      const excite = field("excite", lateral.excite, excitation);
      const inhibit = field("inhibit", lateral.inhibit, inhibition);
      return { ...ends, weights: { kind: "groups", size: lateral.size, excite, inhibit } };
    }
    case "matrix":
      return { ...ends, weights: { kind: "matrix", values: lateral.values } };
    case "dense":
      return { ...ends, weights: { kind: "dense", ...learned(lateral) } };
    case "conv2d":
      return { ...ends, weights: { kind: "conv2d", kernel: bothAxes(lateral.kernel), ...learned(lateral) } };
    default:
      return lateral satisfies never;
  }
}

type LearnedSpec = Omit<Extract<LateralSpec, { readonly kind: "dense" }>, "kind">;

function normalFollows(follows: NonNullable<LearnedSpec["follows"]>): NormalFollows {
  const full = typeof follows === "string" ? { kind: follows } : follows;
  if (full.kind === "residual") return { kind: "residual" };
  return { kind: "anti-hebbian", target: ("target" in full ? full.target : undefined) ?? restingActivity };
}
