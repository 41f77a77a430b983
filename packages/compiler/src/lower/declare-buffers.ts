/** All buffers of a Program, with roles, types, laws and streams. */
import {
  type Buffer,
  type BufferId,
  type BufferRole,
  type InitialLaw,
  type Mode,
  type Shape,
  sizeOf,
  type ValueType,
  weightShape,
} from "@settle/program";
import { restrainedWeights } from "../derive/restrained-weights.ts";
import type { Equations, Parameter } from "../derive/equations.ts";
import {
  chosenId,
  dataId,
  directionId,
  growthGradientId,
  growthId,
  maskId,
  maskParameterId,
  noiseId,
  rateId,
  readoutIds,
  stepSizeIds,
  sumId,
  velocityId,
} from "./buffer-ids.ts";
import { givenNumbers } from "./given-numbers.ts";
import { biasCorrections, momentsOf } from "./lower-rule.ts";
import { maskLaw } from "./mask-law.ts";
import { monitorBuffers } from "./lower-monitor.ts";
import { startsByNoise } from "./lower-start.ts";
import { parameterType } from "./parameter-type.ts";

const single: ValueType = { batch: false, shape: [] };

export function declareBuffers(
  equations: Equations,
  modes: ReadonlyMap<string, Mode>,
  monitor: boolean,
): readonly Buffer[] {
  const { graph, parameters } = equations;
  const buffers: Buffer[] = [];
  const declare = (
    id: string,
    role: BufferRole,
    type: ValueType,
    description: string,
    more: { readonly initial?: InitialLaw; readonly stream?: string } = {},
  ): void => void buffers.push({ id: id as BufferId, role, type, ...more, description });
  const perSample = (shape: Shape): ValueType => ({ batch: true, shape });

  for (const { id, tensor, relation } of graph.stages.values()) {
    if (tensor?.mask === undefined) continue;
    const shape = weightShape(relation);
    declare(maskParameterId(id), "parameter", { batch: false, shape }, `1 where ${id} has a weight`, {
      initial: maskLaw(tensor.mask, sizeOf(shape)),
      stream: maskStream(id),
    });
  }
  for (const parameter of parameters) {
    const initial = maskedLaw(equations, parameter);
    declare(parameter.id, "parameter", parameterType(equations, parameter), describe(equations, parameter), {
      initial,
      ...(parameter.kind === "precision" ? {} : { stream: `init/${parameter.id}` }),
    });
  }
  const { auto } = graph.settle;
  if (auto !== undefined) {
    const initial: InitialLaw = { kind: "constant", value: auto.initial };
    declare(rateId, "parameter", single, "β, found from λmax", { initial });
  }
  const learned = parameters.filter((parameter) => parameter.learning.learns);
  const zero: InitialLaw = { kind: "constant", value: 0 };
  for (const parameter of learned) {
    const type = parameterType(equations, parameter);
    for (const [id, description] of momentsOf(parameter)) {
      declare(id, "moment", type, `${description} of ${parameter.id}`, { initial: zero });
    }
  }
  for (const [id, beta] of biasCorrections(learned)) {
    declare(id, "moment", single, `1 − βᵗ of β = ${beta}`, { initial: zero });
  }
  for (const id of equations.deltas.keys()) {
    const parameter = parameters.find((candidate) => candidate.id === id)!;
    declare(sumId(id), "accumulator", parameterType(equations, parameter), `sum of Δ ${id} over samples`);
  }
  for (const state of graph.states.values()) declare(state.id, "state", perSample(state.shape), `state ${state.id}`);
  if (graph.settle.integrator.kind === "momentum") {
    for (const state of graph.states.values()) {
      if (modes.get(state.id) === "clamped") continue;
      declare(velocityId(state.id), "state", perSample(state.shape), `velocity of ${state.id}`);
    }
  }
  if (graph.settle.integrator.kind === "adaptive") {
    declare(stepSizeIds.next, "state", perSample([]), "size of the step to try, in Euler steps");
    declare(stepSizeIds.taken, "state", perSample([]), "size of the latest step; 0 where it was not taken");
    declare(stepSizeIds.time, "state", perSample([]), "how far the settle has come, in Euler steps");
  }
  for (const state of graph.states.values()) {
    if (modes.get(state.id) === "clamped") continue;
    declare(directionId(state.id), "state", perSample(state.shape), `direction of ${state.id} in the stability phase`);
  }
  declare(growthId, "readout", perSample([]), "growth of the direction in one turn: the largest eigenvalue in size");
  if (monitor) for (const [id, description] of monitorBuffers) declare(id, "state", perSample([]), description);
  for (const error of graph.errors.values()) {
    const ids = readoutIds(error.id);
    declare(ids.prediction, "readout", perSample(error.shape), `prediction μ of ${error.id}`);
    declare(ids.error, "readout", perSample(error.shape), `error of ${error.id}`);
    declare(ids.discrepancy, "readout", perSample([]), `discrepancy of ${error.id}`);
  }
  for (const [state, mode] of modes) {
    if (mode === "free") continue;
    const { shape, observed } = graph.states.get(state)!;
    declare(dataId(state), "input", perSample(shape), `data for ${state} (field ${observed?.data})`);
    if (mode === "masked") declare(maskId(state), "input", perSample(shape), `1 where ${state} is clamped`);
  }
  for (const state of graph.states.values()) {
    if (!startsByNoise(state, modes.get(state.id))) continue;
    declare(noiseId(state.id), "noise", perSample(state.shape), `standard normal numbers that start ${state.id}`, {
      stream: `start/${state.id}`,
    });
  }
  declare("learn/rate", "input", single, "learning rate", {
    initial: { kind: "constant", value: graph.learn.rate },
  });
  declare("learn/count", "input", single, "samples accumulated since the last update", {
    initial: { kind: "constant", value: 1 },
  });
  for (const { id, shape, initial, description } of givenNumbers(graph)) {
    declare(id, "input", { batch: false, shape }, description, { initial });
  }
  const restrained = restrainedWeights(equations);
  if (restrained.length > 0) declare(chosenId, "input", perSample([]), "1 for samples whose growth is differentiated");
  for (const parameter of restrained) {
    const type = parameterType(equations, parameter);
    declare(growthGradientId(parameter.id), "accumulator", type, `gradient of the chosen growth by ${parameter.id}`);
  }
  return buffers;
}

function describe({ graph }: Equations, parameter: Parameter): string {
  switch (parameter.kind) {
    case "generative":
      return `weights of ${parameter.owner}`;
    case "error":
      return `error weights of ${parameter.owner}`;
    case "bias":
      return `bias of ${parameter.owner}`;
    case "lateral":
      return `lateral weights of ${parameter.owner}`;
    case "precision": {
      const full = graph.errors.get(parameter.owner)?.precision?.kind === "full";
      return full ? `R of ${parameter.owner}, with Σ = R·Rᵀ` : `standard deviations of ${parameter.owner}`;
    }
    default:
      return parameter.kind satisfies never;
  }
}

function initialLaw({ graph }: Equations, { kind, owner }: Parameter): InitialLaw {
  const zero: InitialLaw = { kind: "constant", value: 0 };
  const stage = graph.stages.get(owner);
  switch (kind) {
    case "generative":
      return stage?.tensor?.initial ?? zero;
    case "error":
      return stage?.errorWeights.kind === "separate" ? stage.errorWeights.initial : zero;
    case "bias":
      return graph.errors.get(owner)?.bias?.initial ?? zero;
    case "lateral":
      return graph.laterals.get(owner)?.law ?? zero;
    case "precision":
      return graph.errors.get(owner)?.precision?.initial ?? zero;
    default:
      return kind satisfies never;
  }
}

const maskStream = (stage: string): string => `mask/${stage}`;

/** The law of a parameter; what its mask leaves out begins at 0. */
function maskedLaw(equations: Equations, parameter: Parameter): InitialLaw {
  const law = initialLaw(equations, parameter);
  if (parameter.mask === undefined) return law;
  const owner = equations.graph.stages.get(parameter.owner)?.weights ?? parameter.owner;
  const { tensor, relation } = equations.graph.stages.get(owner)!;
  const mask = maskLaw(tensor!.mask!, sizeOf(weightShape(relation)));
  return { kind: "masked", law, mask, maskStream: maskStream(owner) };
}
