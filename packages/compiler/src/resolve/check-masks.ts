/** Masks have a number for each weight. */
import { sizeOf, weightShape } from "@settle/program";
import type { FaultList } from "../fault.ts";
import type { NormalCircuit } from "../normalize/normal-circuit.ts";
import { pointerTo } from "../pointer-to.ts";
import { originPointer } from "./check-fields.ts";
import type { GraphStage } from "./circuit-graph.ts";

export function checkMasks(circuit: NormalCircuit, stages: ReadonlyMap<string, GraphStage>, faults: FaultList): void {
  for (const { id, synapse, relation, tensor } of stages.values()) {
    if (tensor?.mask?.kind !== "values") continue;
    const shape = weightShape(relation);
    if (tensor.mask.values.length === sizeOf(shape)) continue;
    const own = pointerTo("synapses", synapse);
    const [, index] = id.split("/");
    const at =
      index === undefined
        ? own
        : index === "skip"
          ? `${own}/skip`
          : `${originPointer(circuit, `${own}/stages`)}/${index}`;
    faults.report({
      code: "resolve/mask-size",
      pointer: originPointer(circuit, `${at}/mask`),
      message: `The mask of "${id}" has ${tensor.mask.values.length} numbers, its weights [${shape.join(", ")}] are ${sizeOf(shape)}.`,
      help: `give ${sizeOf(shape)} numbers, row-major: 1 where a weight is, 0 where none.`,
    });
  }
}
