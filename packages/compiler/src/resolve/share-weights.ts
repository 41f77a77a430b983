/** Synapses that use another's tensor: whose it is in the end, and whether it fits. */
import { closest } from "@settle/diagnostics";
import { sameShape, weightShape } from "@settle/program";
import type { FaultList } from "../fault.ts";
import type { NormalCircuit, NormalSynapse } from "../normalize/normal-circuit.ts";
import { pointerTo } from "../pointer-to.ts";
import type { GraphStage } from "./circuit-graph.ts";

/** Gives each stage that shares the id of the stage that owns its tensor; reports what cannot be shared. */
export function shareWeights(
  circuit: NormalCircuit,
  stages: ReadonlyMap<string, GraphStage>,
  faults: FaultList,
): ReadonlyMap<string, GraphStage> {
  const synapses = new Map(circuit.synapses.map((synapse) => [synapse.id, synapse]));
  return new Map(
    [...stages].map(([id, stage]) => {
      const synapse = synapses.get(id);
      if (synapse?.weights === undefined) return [id, stage];
      const owner = ownerOf(synapse, synapses, faults);
      if (owner === undefined) return [id, stage];
      checkFit(circuit, stage, stages.get(owner.id), owner, faults);
      const { tensor: _tensor, ...rest } = stage;
      return [id, { ...rest, weights: owner.id }];
    }),
  );
}

function ownerOf(
  synapse: NormalSynapse,
  synapses: ReadonlyMap<string, NormalSynapse>,
  faults: FaultList,
): NormalSynapse | undefined {
  const pointer = pointerTo("synapses", synapse.id, "weights");
  const fault = (message: string, help: string): undefined => {
    faults.report({ code: "resolve/shared-weights", pointer, message, help });
    return undefined;
  };
  const seen = [synapse.id];
  let at = synapse;
  while (at.weights !== undefined) {
    const next = synapses.get(at.weights);
    if (next === undefined) {
      // A synapse further on reports its own.
      if (at !== synapse) return undefined;
      const match = closest(at.weights, [...synapses.keys()]);
      return fault(
        `Synapse "${synapse.id}" uses the weights of "${at.weights}", and there is no such synapse.`,
        match === undefined ? `known: ${[...synapses.keys()].join(", ")}.` : `did you mean "${match}"?`,
      );
    }
    if (seen.includes(next.id)) {
      return fault(
        `Synapse "${synapse.id}" uses the weights of "${synapse.weights}", which lead back in a circle: ${[...seen, next.id].join(" → ")}.`,
        'take "weights" from one of them: it then owns the tensor.',
      );
    }
    seen.push(next.id);
    at = next;
  }
  if (at.kind === "block" || at.kind === "pool" || at.kind === "upsample") {
    return fault(
      `Synapse "${synapse.id}" uses the weights of "${at.id}", a ${at.kind}, which has ${at.kind === "block" ? "several tensors" : "none"}.`,
      "share those of a dense synapse, a convolution or a deconvolution.",
    );
  }
  return at;
}

function checkFit(
  circuit: NormalCircuit,
  stage: GraphStage,
  owner: GraphStage | undefined,
  { id }: NormalSynapse,
  faults: FaultList,
): void {
  const own = ["initial", "learn", "mask"].find((field) => {
    const place = pointerTo("synapses", stage.id, field);
    const origin = circuit.origins.get(place);
    return origin?.kind === "written" && origin.pointer === place;
  });
  if (own !== undefined) {
    faults.report({
      code: "resolve/shared-weights",
      pointer: pointerTo("synapses", stage.id, own),
      message: `Synapse "${stage.id}" says "${own}" of weights that belong to "${id}".`,
      help: `say it in "${id}", or take "weights" out.`,
    });
  }
  if (owner === undefined) return;
  const [wanted, given] = [weightShape(stage.relation), weightShape(owner.relation)];
  if (sameShape(wanted, given)) return;
  faults.report({
    code: "resolve/shared-weights",
    pointer: pointerTo("synapses", stage.id, "weights"),
    message: `Synapse "${stage.id}" wants weights [${wanted.join(", ")}], but those of "${id}" are [${given.join(", ")}].`,
    help: "share between synapses of the same kernel and channels (or units).",
  });
}
