/** Lateral synapses with their relations; what cannot be one is reported. */
import type { FaultList } from "../fault.ts";
import type { NormalCircuit, NormalLateral } from "../normalize/normal-circuit.ts";
import { pointerTo } from "../pointer-to.ts";
import type { GraphLateral } from "../resolve/circuit-graph.ts";
import type { KnownShape } from "../resolve/infer-shapes.ts";
import { isMisfit } from "../synapses/synapse-kind.ts";
import { lateralLaw, relateLateral } from "./relate-lateral.ts";

/**
 * States of one layer have the same level (longest path to the bottom); states on or above a cycle have none, and count
 * as one layer.
 */
export function resolveLaterals(
  circuit: NormalCircuit,
  shapes: ReadonlyMap<string, KnownShape>,
  levels: ReadonlyMap<string, number>,
  faults: FaultList,
): ReadonlyMap<string, GraphLateral> {
  const measured = new Set(circuit.errors.map((error) => error.target));
  const laterals = new Map<string, GraphLateral>();
  for (const lateral of circuit.laterals) {
    const { id, from, to, weights } = lateral;
    const source = shapes.get(from)?.shape;
    const target = shapes.get(to)?.shape;
    if (source === undefined || target === undefined) continue;
    const level = (state: string): string =>
      `"${state}" is at level ${levels.get(state) ?? "none (on or above a cycle)"}`;
    if (levels.get(from) !== levels.get(to)) {
      faults.report({
        code: "resolve/lateral-layer",
        pointer: pointerTo("laterals", id, "to"),
        message: `Lateral synapse "${id}" joins states of different layers: ${level(from)}, ${level(to)}.`,
        help: "a lateral synapse stays in its layer; between layers use a generative synapse to an error node.",
      });
    }
    const learned = weights.kind === "dense" || weights.kind === "conv2d" ? weights : undefined;
    if (learned?.learns === true && learned.follows.kind === "residual" && !measured.has(to)) {
      faults.report({
        code: "resolve/lateral-rule",
        pointer: pointerTo("laterals", id, "follows"),
        message: `Lateral synapse "${id}" follows the residual of "${to}", which has no error node.`,
        help: 'let another state predict it, or use "follows": "anti-hebbian", which needs no error.',
      });
    }
    if (learned !== undefined) checkConstraint(lateral, learned.constraint, faults);
    const relation = relateLateral(lateral, source, target);
    if (isMisfit(relation)) {
      const { field, ...rest } = relation;
      faults.report({ ...rest, pointer: pointerTo("laterals", id, field) });
    } else {
      laterals.set(id, {
        ...lateral,
        relation,
        law: lateralLaw(lateral),
        offDiagonal: learned !== undefined && from === to,
      });
    }
  }
  return laterals;
}

function checkConstraint(
  { id, weights }: NormalLateral,
  constraint: Extract<NormalLateral["weights"], { readonly kind: "dense" }>["constraint"],
  faults: FaultList,
): void {
  if (constraint.kind !== "max-norm") return;
  const filters = weights.kind === "conv2d";
  if (filters === (constraint.over === "kernel")) return;
  faults.report({
    code: "resolve/constraint-misfit",
    pointer: `${pointerTo("laterals", id, "learn")}/constraint`,
    message: `Lateral synapse "${id}" is ${weights.kind}, and a max-norm over its "${constraint.over}" means nothing.`,
    help: filters ? 'use "over": "kernel".' : 'use "over": "source" or "target".',
  });
}
