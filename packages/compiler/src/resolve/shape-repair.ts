/** Where the shape of just one state keeps a circuit from fitting together, and all its synapses agree on another. */
import type { PatchOperation } from "@settle/diagnostics";
import type { Shape } from "@settle/program";
import type { NormalCircuit, NormalSynapse } from "../normalize/normal-circuit.ts";
import { pointerTo } from "../pointer-to.ts";
import type { KnownShape } from "./infer-shapes.ts";
import { inferThroughSource, inferThroughTarget } from "./infer-through.ts";
import { stagesOf } from "./stages-of.ts";

/**
 * The shape that a synapse which does not fit asks of one of its ends, if it follows without a choice, the user wrote
 * another, data do not fix it, and every other synapse of that state fits it too. Undefined where both ends would do.
 */
export function shapeRepair(
  circuit: NormalCircuit,
  shapes: ReadonlyMap<string, KnownShape>,
  synapse: NormalSynapse,
): readonly PatchOperation[] | undefined {
  const targetOf = new Map(circuit.errors.map((error) => [error.id, error.target]));
  const target = targetOf.get(synapse.to);
  if (target === undefined) return undefined;
  const shapeOf = (id: string): Shape | undefined => shapes.get(id)?.shape;
  const found: PatchOperation[] = [];
  for (const [id, other, direction] of [
    [synapse.from, target, inferThroughSource],
    [target, synapse.from, inferThroughTarget],
  ] as const) {
    const state = circuit.states.find((each) => each.id === id);
    const [channels, fixed] = [shapeOf(id)?.[2], shapeOf(other)];
    if (state?.shape === undefined || state.observed !== undefined || channels === undefined || id === other) continue;
    if (fixed?.length !== 3) continue;
    const inference = direction(synapse, [fixed[0]!, fixed[1]!]);
    if (inference?.exact !== true) continue;
    const shape: Shape = [...inference.extents, channels];
    const fits = circuit.synapses.every((each) => {
      const end = targetOf.get(each.to);
      if (end === undefined || (each.from !== id && end !== id)) return true;
      const [pre, post] = [each.from, end].map((name) => (name === id ? shape : shapeOf(name)));
      return pre !== undefined && post !== undefined && stagesOf(each, pre, post).misfits.length === 0;
    });
    if (fits) found.push({ op: "replace", path: pointerTo("states", id, "shape"), value: shape });
  }
  return found.length === 1 ? found : undefined;
}
