/** Counts for `settle info`: parameters by kind, operations a step, memory. */
import { multiplyAdds, type Program, type Shape, sizeOf, weightShape } from "@settle/program";
import { analyzeTopology, type TopologyAnalysis } from "./analyze-topology.ts";
import type { CircuitClass, CircuitGraph, GraphLateral, GraphPrecision } from "./resolve/circuit-graph.ts";
import { unmasked } from "./lower/mask-law.ts";

export interface CircuitAnalysis {
  readonly name: string;
  readonly hash: string;
  readonly class: Pick<CircuitClass, "hierarchical" | "cyclic" | "lateral" | "skips" | "reasons">;
  /** Trainable numbers. */
  readonly parameters: {
    readonly total: number;
    readonly generative: number;
    readonly error: number;
    readonly bias: number;
    readonly lateral: number;
    readonly precision: number;
  };
  readonly states: readonly {
    readonly id: string;
    readonly shape: Shape;
    readonly level?: number;
    readonly observed?: string;
    /** Predictors and synapses that read it. */
    readonly fanIn: number;
    readonly fanOut: number;
  }[];
  readonly topology: TopologyAnalysis;
  /** 2 × multiply-adds of one sample in one step, taps on the padding counted. */
  readonly flopsPerStep: number;
  /** Of one sample: a whole settle of `steps` steps with its readout. */
  readonly flopsPerSettle: number;
  readonly steps: number;
  /** Bytes in float32. */
  readonly memory: { readonly parameters: number; readonly perSample: number };
}

export function analyze(graph: CircuitGraph, program: Program): CircuitAnalysis {
  const count = { generative: 0, error: 0, bias: 0, lateral: 0, precision: 0 };
  for (const { id, weights, relation, errorWeights } of graph.stages.values()) {
    const tensor = weights === undefined ? undefined : graph.stages.get(weights)?.tensor;
    if (tensor?.learning.learns !== true) continue;
    const size = unmasked(tensor.mask, sizeOf(weightShape(relation)));
    if (weights === id) count.generative += size;
    if (errorWeights.kind === "separate") count.error += size;
  }
  for (const error of graph.errors.values()) {
    if (error.biasShape !== undefined) count.bias += sizeOf(error.biasShape);
    if (error.precision?.learn !== undefined) count.precision += variancesOf(error.precision);
  }
  for (const lateral of graph.laterals.values()) count.lateral += learnedWeights(lateral);
  const { hierarchical, cyclic, lateral, skips, reasons, levels } = graph.class;
  const synapses = [...graph.synapses.values()];
  const flops = (phase: "step" | "readout"): number => 2 * contractions(program, phase);
  const bytes = (persistent: boolean): number =>
    program.buffers
      .filter((buffer) => buffer.type.batch !== persistent)
      .reduce((total, buffer) => total + 4 * sizeOf(buffer.type.shape), 0);
  return {
    name: graph.name,
    hash: graph.hash,
    class: { hierarchical, cyclic, lateral, skips, reasons },
    parameters: { total: Object.values(count).reduce((a, b) => a + b), ...count },
    states: [...graph.states.values()].map((state) => {
      const level = levels.get(state.id);
      return {
        id: state.id,
        shape: state.shape,
        ...(level === undefined ? {} : { level }),
        ...(state.observed === undefined ? {} : { observed: state.observed.data }),
        fanIn: synapses.filter((synapse) => synapse.target === state.id).length,
        fanOut: synapses.filter((synapse) => synapse.from === state.id).length,
      };
    }),
    topology: analyzeTopology(graph),
    flopsPerStep: flops("step"),
    flopsPerSettle: flops("step") * graph.settle.steps + flops("readout"),
    steps: graph.settle.steps,
    memory: { parameters: bytes(true), perSample: bytes(false) },
  };
}

/** Of a symmetric matrix the lower triangle: n(n + 1)/2. */
function variancesOf({ kind, shape }: GraphPrecision): number {
  const n = shape.at(-1) ?? 1;
  return kind === "full" ? (n * (n + 1)) / 2 : sizeOf(shape);
}

/** Weights that stay 0, of an entry on itself, do not count. */
function learnedWeights({ weights, relation, offDiagonal }: GraphLateral): number {
  if (weights.kind === "groups" || weights.kind === "matrix" || !weights.learns) return 0;
  return sizeOf(weightShape(relation)) - (offDiagonal ? relation.preChannels : 0);
}

function contractions(program: Program, phase: "step" | "readout"): number {
  let count = 0;
  for (const instruction of program.phases[phase].instructions) {
    if (instruction.kind !== "contract") continue;
    const relation = program.relations[instruction.relation];
    if (relation !== undefined) count += multiplyAdds(relation);
  }
  return count;
}
