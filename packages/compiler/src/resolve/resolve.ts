/** NormalCircuit → CircuitGraph: names, shapes, relations, the order of projection, the class of the circuit. */
import type { Shape } from "@settle/program";
import type { FaultList } from "../fault.ts";
import type { NormalCircuit } from "../normalize/normal-circuit.ts";
import { pointerTo } from "../pointer-to.ts";
import { checkEndpoints } from "./check-endpoints.ts";
import { checkFields, originPointer } from "./check-fields.ts";
import { checkMasks } from "./check-masks.ts";
import type { CircuitGraph, GraphError, GraphStage, GraphState, GraphSynapse } from "./circuit-graph.ts";
import { classify } from "./classify.ts";
import { hashCircuit } from "./hash-circuit.ts";
import { resolvePrecision } from "../precision/resolve-precision.ts";
import { resolveLaterals } from "../laterals/resolve-laterals.ts";
import { inferShapes } from "./infer-shapes.ts";
import { shapeRepair } from "./shape-repair.ts";
import { shareWeights } from "./share-weights.ts";
import { stagesOf } from "./stages-of.ts";

/** @returns the graph; a rough one if errors were reported, which nothing later may use */
export function resolve(circuit: NormalCircuit, faults: FaultList): CircuitGraph {
  checkEndpoints(circuit, faults);
  const shapes = inferShapes(circuit, faults);
  checkFields(circuit, faults);

  const targetOf = new Map(circuit.errors.map((error) => [error.id, error.target]));
  const synapses = new Map<string, GraphSynapse>();
  const made = new Map<string, GraphStage>();
  for (const synapse of circuit.synapses) {
    const target = targetOf.get(synapse.to);
    const sourceShape = shapes.get(synapse.from)?.shape;
    const targetShape = target === undefined ? undefined : shapes.get(target)?.shape;
    if (target === undefined || sourceShape === undefined || targetShape === undefined) continue;
    const { stages, path, skip, misfits } = stagesOf(synapse, sourceShape, targetShape);
    for (const { field, ...rest } of misfits) {
      const repair = shapeRepair(circuit, shapes, synapse);
      const pointer = fieldPointer(circuit, synapse.id, field);
      faults.report({ ...rest, pointer, ...(repair === undefined ? {} : { repair }) });
    }
    if (misfits.length > 0) continue;
    synapses.set(synapse.id, { ...synapse, target, path, ...(skip === undefined ? {} : { skip }) });
    const errorWeights = circuit.errorSynapses.find(({ twin }) => twin === synapse.id)?.weights;
    for (const stage of stages) {
      const plain = stage.id === synapse.id && errorWeights !== undefined;
      made.set(stage.id, plain ? { ...stage, errorWeights } : stage);
    }
  }
  const graphStages = shareWeights(circuit, made, faults);
  checkMasks(circuit, graphStages, faults);

  const topology = classify(
    circuit.states.map((state) => state.id),
    [...synapses.values()].map(({ id, from, target }) => ({ id, from, target })),
    circuit.laterals,
  );
  const laterals = resolveLaterals(circuit, shapes, topology.class.levels, faults);
  const errors = new Map<string, GraphError>();
  for (const normal of circuit.errors) {
    const { precision: _normal, ...error } = normal;
    const shape = shapes.get(error.target)?.shape;
    if (shape === undefined) continue;
    const precision = resolvePrecision(normal, shape, faults);
    errors.set(error.id, {
      ...error,
      shape,
      ...(precision === undefined ? {} : { precision }),
      predictors: circuit.synapses.filter((synapse) => synapse.to === error.id).map((synapse) => synapse.id),
      ...(error.bias === undefined ? {} : { biasShape: biasShapeOf(shape) }),
    });
  }
  const errorOf = new Map([...errors.values()].map((error) => [error.target, error.id]));
  const states = new Map<string, GraphState>();
  for (const { channels: _channels, ...state } of circuit.states) {
    const known = shapes.get(state.id);
    if (known === undefined) continue;
    const error = errorOf.get(state.id);
    states.set(state.id, {
      ...state,
      shape: known.shape,
      shapeOrigin: known.origin,
      ...(error === undefined ? {} : { error }),
      corrections: circuit.errorSynapses.filter((synapse) => synapse.to === state.id).map((synapse) => synapse.twin),
      laterals: circuit.laterals.filter((lateral) => lateral.to === state.id).map((lateral) => lateral.id),
      start: startOf(state.id, error, topology.cycleOf.get(state.id), circuit.settle.start),
    });
  }
  return {
    ...circuit,
    hash: hashCircuit(circuit, shapes),
    states,
    errors,
    synapses,
    stages: graphStages,
    errorSynapses: new Map(circuit.errorSynapses.map((synapse) => [synapse.twin, synapse])),
    laterals,
    startOrder: topology.startOrder,
    class: topology.class,
  };
}

/** A field of a synapse; what stands in its list of stages may be a default's. */
function fieldPointer(circuit: NormalCircuit, synapse: string, field: string): string {
  const own = pointerTo("synapses", synapse);
  const [first, ...rest] = field.split("/");
  return [originPointer(circuit, `${own}/${first}`), ...rest].join("/");
}

const biasShapeOf = (shape: Shape): Shape => (shape.length === 1 ? shape : [shape.at(-1) ?? 1]);

function startOf(
  id: string,
  error: string | undefined,
  cycle: readonly string[] | undefined,
  start: "projection" | "initial",
): GraphState["start"] {
  if (start === "initial")
    return { kind: "law", why: 'the circuit starts every state at its own law ("settle.start")' };
  if (error === undefined) return { kind: "law", why: `nothing predicts ${id}` };
  if (cycle !== undefined) return { kind: "law", why: `${id} is on the cycle of ${cycle.join(", ")}` };
  return { kind: "project", why: `predicted by ${error}` };
}
