/** Equations → Program, for one set of modes of the observed nodes. */
import {
  type AutoRate,
  type Buffer,
  type BufferId,
  type LearningSchedule,
  type Mode,
  type Program,
  type Shape,
  type StableBound,
  verifyProgram,
} from "@settle/program";
import { relationsOf } from "./relations-of.ts";
import { restrainedWeights } from "../derive/restrained-weights.ts";
import type { Equations } from "../derive/equations.ts";
import type { Term } from "../derive/term.ts";
import type { CircuitGraph } from "../resolve/circuit-graph.ts";
import { assertThat } from "../fault.ts";
import { stableRange } from "../normalize/stable-range.ts";
import { declareBuffers } from "./declare-buffers.ts";
import { lowerAccumulate } from "./lower-accumulate.ts";
import { lowerApply } from "./lower-apply.ts";
import { lowerReadout } from "./lower-readout.ts";
import { lowerRestrain } from "./lower-restrain.ts";
import { lowerStability } from "./lower-stability.ts";
import { lowerStart } from "./lower-start.ts";
import { lowerStep } from "./lower-step.ts";
import {
  chosenId,
  directionId,
  growthGradientId,
  growthId,
  probeId,
  rateId,
  readoutIds,
  stepSizeIds,
} from "./buffer-ids.ts";
import type { ProgramParts } from "./phase-builder.ts";

export interface LowerOptions {
  /** By observed state; default clamped. */
  readonly modes?: Readonly<Record<string, Mode>>;
  /** Whether steps keep each sample's status. Default true. */
  readonly monitor?: boolean;
  /** Terms that the readout returns as well, for those who examine a circuit: into buffers `probe/NAME`. */
  readonly probes?: ReadonlyMap<string, Probe>;
}

/** A term to be read out, and the shape of its value for one sample. */
export interface Probe {
  readonly term: Term;
  readonly shape: Shape;
}

/** What every phase is lowered from. */
export interface Lowering {
  readonly equations: Equations;
  readonly parts: ProgramParts;
  /** Mode of each observed node. */
  readonly modes: ReadonlyMap<string, Mode>;
  readonly monitor: boolean;
  readonly probes: ReadonlyMap<string, Probe>;
}

export function lower(equations: Equations, options: LowerOptions = {}): Program {
  const { graph } = equations;
  const observed = [...graph.states.values()].filter((state) => state.observed !== undefined);
  const modes = new Map(observed.map((state) => [state.id, options.modes?.[state.id] ?? "clamped"] as const));
  const { monitor = true, probes = new Map<string, Probe>() } = options;

  const related = relationsOf(graph);
  const relations = related.map(({ relation }) => relation);
  const indexOf = new Map(related.map(({ id }, index) => [id, index]));
  const buffers = [...declareBuffers(equations, modes, monitor), ...[...probes].map(probeBuffer)];
  const byId = new Map<string, Buffer>(buffers.map((buffer) => [buffer.id, buffer]));
  const parts: ProgramParts = {
    buffer: (id) => {
      const buffer = byId.get(id);
      assertThat(buffer !== undefined, `there is no buffer ${id}`);
      return buffer;
    },
    relation: (relationId) => {
      const index = indexOf.get(relationId);
      const relation = index === undefined ? undefined : relations[index];
      assertThat(index !== undefined && relation !== undefined, `there is no relation of ${relationId}`);
      return { index, relation };
    },
  };
  const lowering: Lowering = { equations, parts, modes, monitor, probes };
  const id = (name: string): BufferId => parts.buffer(name).id;
  const program: Program = {
    format: "settle-program",
    version: 1,
    circuit: { name: graph.name, hash: graph.hash },
    states: [...graph.states.keys()].map((state) => ({ id: state, buffer: id(state) })),
    observed: observed.map((state) => {
      const mode = modes.get(state.id) ?? "clamped";
      return {
        state: state.id,
        field: state.observed?.data ?? state.id,
        mode,
        ...(mode === "free" ? {} : { data: id(`data:${state.id}`) }),
        ...(mode === "masked" ? { mask: id(`mask:${state.id}`) } : {}),
      };
    }),
    errors: [...graph.errors.values()].map((error) => {
      const readouts = readoutIds(error.id);
      return {
        id: error.id,
        target: error.target,
        prediction: id(readouts.prediction),
        error: id(readouts.error),
        discrepancy: id(readouts.discrepancy),
        ...(error.output.kind === "sigmoid" ? { probabilities: true } : {}),
      };
    }),
    ...(monitor
      ? {
          monitor: {
            status: id("monitor/status"),
            statusStep: id("monitor/status-step"),
            discrepancy: id("monitor/discrepancy"),
            ...(graph.settle.integrator.kind === "adaptive" ? { time: id(stepSizeIds.time) } : {}),
          },
        }
      : {}),
    stability: {
      growth: id(growthId),
      directions: [...graph.states.values()]
        .filter((state) => modes.get(state.id) !== "clamped")
        .map((state) => ({ state: state.id, buffer: id(directionId(state.id)) })),
      rate: graph.settle.auto?.initial ?? largestRate(graph),
      ...stableRangeOf(graph),
      ...autoRate(graph, id),
    },
    settle: { steps: graph.settle.steps, ...(graph.settle.errors === "stale" ? { staleErrors: true } : {}) },
    learn: {
      batch: graph.learn.batch,
      rate: graph.learn.rate,
      rateInput: id("learn/rate"),
      countInput: id("learn/count"),
      ...scheduleOf(graph),
      ...stableBound(equations, id),
    },
    relations,
    buffers,
    phases: {
      start: lowerStart(lowering),
      step: lowerStep(lowering),
      readout: lowerReadout(lowering),
      accumulate: lowerAccumulate(lowering),
      stability: lowerStability(lowering),
      restrain: lowerRestrain(lowering),
      apply: lowerApply(lowering),
    },
  };
  const faults = verifyProgram(program);
  assertThat(faults.length === 0, `the Program of ${graph.name} is not sound: ${faults.join("; ")}`);
  return program;
}

function probeBuffer([name, { shape }]: readonly [string, Probe]): Buffer {
  const type = { batch: true, shape };
  return { id: probeId(name) as BufferId, role: "readout", type, description: `term ${name}` };
}

const largestRate = ({ states }: CircuitGraph): number =>
  Math.max(...[...states.values()].map(({ rate }) => (rate === "auto" ? 0 : rate)));

function stableRangeOf({ settle }: CircuitGraph): { readonly range?: number } {
  const range = stableRange(settle.integrator);
  return range === undefined ? {} : { range };
}

function scheduleOf({ learn }: CircuitGraph): { readonly schedule?: LearningSchedule } {
  const { schedule } = learn;
  return schedule.kind === "constant" && schedule.warmup === 0 ? {} : { schedule };
}

function stableBound(equations: Equations, id: (name: string) => BufferId): { readonly stable?: StableBound } {
  const { stable } = equations.graph.learn;
  const restrained = restrainedWeights(equations);
  if (stable === undefined || restrained.length === 0) return {};
  const weights = restrained.map((weight) => ({ buffer: id(weight.id), gradient: id(growthGradientId(weight.id)) }));
  return { stable: { ...stable, chosen: id(chosenId), weights } };
}

function autoRate({ settle }: CircuitGraph, id: (name: string) => BufferId): { readonly auto?: AutoRate } {
  if (settle.auto === undefined) return {};
  const { margin, every } = settle.auto;
  return { auto: { buffer: id(rateId), margin, every } };
}
