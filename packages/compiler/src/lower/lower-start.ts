/**
 * The start phase: states from data, from their own law, or projected from above.
 *
 * @source ConvNGC section 3.1, Alg. 1
 */
import { add, argument, constant, type Mode, mul, type Phase, sub, type ValueId } from "@settle/program";
import { startAdaptive } from "./adaptive-step.ts";
import type { GraphState } from "../resolve/circuit-graph.ts";
import { dataId, maskId, noiseId, velocityId } from "./buffer-ids.ts";
import type { Lowering } from "./lower.ts";
import { startMonitor } from "./lower-monitor.ts";
import { lowerTerm, scopeOf } from "./lower-term.ts";
import { createPhaseBuilder, type PhaseBuilder } from "./phase-builder.ts";

export function lowerStart({ equations, parts, modes, monitor }: Lowering): Phase {
  const builder = createPhaseBuilder(parts);
  const { graph } = equations;
  const states = new Map<string, ValueId>();
  for (const id of graph.startOrder) {
    const state = graph.states.get(id)!;
    const mode = modes.get(id);
    // Each projection sees the states started so far: its sources come before it.
    const scope = scopeOf(states);
    const latent = (): ValueId =>
      state.start.kind === "project" && state.error !== undefined
        ? lowerTerm({ equations, builder }, scope, equations.predictions.get(state.error)!, `μ(${state.error})`)
        : lawValue(builder, state);
    states.set(id, startValue(builder, state, mode, latent));
  }
  for (const [id, value] of states) builder.write(id, value);
  if (graph.settle.integrator.kind === "momentum") {
    for (const state of graph.states.values()) {
      if (modes.get(state.id) === "clamped") continue;
      const type = { batch: true, shape: state.shape };
      builder.write(velocityId(state.id), builder.map(constant(0), [], `v(${state.id})`, type));
    }
  }
  if (graph.settle.integrator.kind === "adaptive") startAdaptive(builder, graph.settle.integrator);
  if (monitor) startMonitor(builder);
  return builder.finish();
}

/** Whether a state's start draws random numbers, given its mode if it is observed. */
export function startsByNoise(state: GraphState, mode: Mode | undefined): boolean {
  const covered = mode === "clamped" || mode === "released";
  return state.start.kind === "law" && state.initial.kind === "normal" && state.initial.std !== 0 && !covered;
}

function startValue(builder: PhaseBuilder, state: GraphState, mode: Mode | undefined, latent: () => ValueId): ValueId {
  switch (mode) {
    case undefined:
    case "free":
      return latent();
    case "clamped":
    case "released":
      return builder.read(dataId(state.id));
    case "masked": {
      const [mask, data] = [argument(0), argument(1)];
      const blend = add(mul(mask, data), mul(sub(1, mask), argument(2)));
      const operands = [builder.read(maskId(state.id)), builder.read(dataId(state.id)), latent()];
      return builder.map(blend, operands, `${state.id} where masked`);
    }
    default:
      return mode satisfies never;
  }
}

function lawValue(builder: PhaseBuilder, state: GraphState): ValueId {
  const { initial, id, shape } = state;
  const type = { batch: true, shape };
  switch (initial.kind) {
    case "normal": {
      if (initial.std === 0) return builder.map(constant(initial.mean), [], id, type);
      const drawn = add(constant(initial.mean), mul(constant(initial.std), argument(0)));
      return builder.map(drawn, [builder.read(noiseId(id))], id);
    }
    case "constant":
      return builder.map(constant(initial.value), [], id, type);
    default:
      throw new Error(`compiler fault: state ${id} cannot start by the law ${initial.kind}`);
  }
}
