/**
 * Programs that carry a gradient back through a settle, so that a circuit can be trained by backpropagation: the control
 * for its local rules.
 *
 * The settle is unrolled: states z₀ from the start, z_t from z_{t−1} by a step, the loss from z_T. Each of the three
 * phases becomes a Program of its own that runs it backwards. The gradient ends at the parameters, in sums of the same
 * sign as the local Δ (−∂loss/∂parameter), so that `apply` makes the update by the same step rule.
 *
 * @source Werbos1990
 */
import {
  argument,
  type Backpropagation,
  type Buffer,
  type BufferId,
  constant,
  type Mode,
  type Phase,
  type PhaseName,
  type Program,
  type ReversedPhase,
  sub,
  type ValueId,
  verifyProgram,
} from "@settle/program";
import type { Equations } from "../derive/equations.ts";
import { assertThat } from "../fault.ts";
import { sumId } from "../lower/buffer-ids.ts";
import { lower } from "../lower/lower.ts";
import { monitorBuffers } from "../lower/lower-monitor.ts";
import { createPhaseBuilder, type PhaseBuilder } from "../lower/phase-builder.ts";
import { whyNot } from "./why-not.ts";
import { reversePhase } from "../lower/reverse-phase.ts";

/**
 * The loss is the discrepancy of the error nodes that predict what is observed, all of it clamped; in a circuit that
 * predicts a label, that of the label's, which is free while the states settle.
 *
 * @returns or why it is not defined for this circuit, in a sentence
 */
export function lowerBackpropagation(
  equations: Equations,
):
  | { readonly ok: true; readonly value: Backpropagation }
  | { readonly ok: false; readonly reason: string; readonly help: string } {
  const refused = whyNot(equations);
  if (refused !== undefined) return { ok: false, ...refused };
  const { graph } = equations;
  const label = [...graph.states.values()].find(({ observed }) => observed?.data === "label");
  const modes: Readonly<Record<string, Mode>> = label === undefined ? {} : { [label.id]: "free" };
  const targets = label === undefined ? [...graph.states.values()].filter(({ observed }) => observed) : [label];
  const loss = [...graph.errors.values()].filter(({ target }) => targets.some(({ id }) => id === target));
  const settling = lower(equations, { modes });
  const scoring = label === undefined ? settling : lower(equations);

  const kept = new Set(monitorBuffers.map(([id]) => id));
  const moving = settling.phases.step.writes.map(({ buffer }) => buffer).filter((id) => !kept.has(id));
  const adjoints = moving.map((of) => ({ of, buffer: `adjoint/${of}` as BufferId }));
  const parameters = [...equations.deltas.keys()];
  const context = { adjoints, parameters };
  return {
    ok: true,
    value: {
      modes,
      loss: loss.map(({ id }) => id),
      adjoints,
      sums: parameters.map((id) => sumId(id) as BufferId),
      atLoss: reversed(scoring, "readout", context, (builder) => {
        const one = builder.map(constant(1), [], "∂ loss", { batch: true, shape: [] });
        const counted = scoring.errors.filter(({ id }) => loss.some((error) => error.id === id));
        return new Map(counted.map(({ discrepancy }) => [discrepancy, one]));
      }),
      ofStep: reversed(settling, "step", context, (builder) => readAdjoints(builder, adjoints)),
      ofStart: reversed(settling, "start", context, (builder) => readAdjoints(builder, adjoints)),
    },
  };
}

interface Context {
  readonly adjoints: Backpropagation["adjoints"];
  readonly parameters: readonly string[];
}

type Cotangents = (builder: PhaseBuilder) => ReadonlyMap<string, ValueId>;

const readAdjoints = (builder: PhaseBuilder, adjoints: Backpropagation["adjoints"]): ReadonlyMap<string, ValueId> =>
  new Map(adjoints.map(({ of, buffer }) => [of, builder.read(buffer)]));

function reversed(
  program: Program,
  name: "start" | "step" | "readout",
  { adjoints, parameters }: Context,
  cotangents: Cotangents,
): ReversedPhase {
  const { stability: _stability, monitor: _monitor, phases, learn, ...rest } = program;
  const { stable: _stable, ...plainLearn } = learn;
  const typeOf = new Map(program.buffers.map(({ id, type }) => [id, type]));
  const buffers: readonly Buffer[] = [
    ...program.buffers.map((buffer): Buffer => (buffer.role === "noise" ? asInput(buffer) : buffer)),
    ...adjoints.map(({ of, buffer }): Buffer => {
      const type = typeOf.get(of);
      assertThat(type !== undefined, `${of} moves, and is a buffer`);
      return { id: buffer, role: "state", type, description: `gradient of the loss by ${of}` };
    }),
  ];
  const byId = new Map<string, Buffer>(buffers.map((buffer) => [buffer.id, buffer]));
  const parts = {
    buffer: (id: string): Buffer => byId.get(id)!,
    relation: (id: string) => ({ index: Number(id), relation: program.relations[Number(id)]! }),
  };
  const back = (builder: PhaseBuilder, wanted: readonly string[]): ReadonlyMap<string, ValueId> =>
    reversePhase(builder, phases[name], String, cotangents(builder), new Set(wanted));

  // What is clamped is given: a label counts as it is, wherever it had settled to.
  const clamped = new Set<string>(program.observed.flatMap(({ state, mode }) => (mode === "clamped" ? [state] : [])));
  const varied = adjoints.map(({ of }) => of).filter((of) => !clamped.has(of));
  const toStates = createPhaseBuilder(parts);
  const byState = back(toStates, name === "start" ? [] : varied);
  for (const { of, buffer } of adjoints) {
    const zero = (): ValueId => toStates.map(constant(0), [], "0", typeOf.get(of));
    if (name !== "start") toStates.write(buffer, byState.get(of) ?? zero());
  }
  const toParameters = createPhaseBuilder(parts);
  for (const [parameter, gradient] of back(toParameters, parameters)) {
    const sum = sumId(parameter);
    const operands = [toParameters.read(sum), gradient];
    toParameters.write(sum, toParameters.map(sub(argument(0), argument(1)), operands, sum));
  }
  const built: Program = {
    ...rest,
    learn: plainLearn,
    buffers,
    phases: {
      start: nothing,
      step: toStates.finish(),
      readout: name === "readout" ? phases.readout : nothing,
      accumulate: toParameters.finish(),
      stability: nothing,
      restrain: nothing,
      apply: nothing,
    },
  };
  const faults = verifyProgram(built);
  assertThat(faults.length === 0, `the reversed ${name} of ${program.circuit.name} is not sound: ${faults.join("; ")}`);
  return { program: built, given: statesRead(built, adjoints) };
}

const nothing: Phase = { values: [], reads: [], instructions: [], writes: [] };

function asInput({ stream: _stream, ...buffer }: Buffer): Buffer {
  return { ...buffer, role: "input" };
}

/** State buffers the Program reads, but for the gradients. */
function statesRead({ buffers, phases }: Program, adjoints: Backpropagation["adjoints"]): readonly BufferId[] {
  const own = new Set(adjoints.map(({ buffer }) => buffer));
  const names: readonly PhaseName[] = ["readout", "step", "accumulate"];
  const read = new Set(names.flatMap((name) => phases[name].reads.map(({ buffer }) => buffer)));
  return buffers.filter(({ id, role }) => role === "state" && read.has(id) && !own.has(id)).map(({ id }) => id);
}
