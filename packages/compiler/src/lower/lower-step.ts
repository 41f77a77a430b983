/**
 * The step phase: one synchronous correction of every state that is free to move.
 *
 * @source ConvNGC eq. 2, Alg. 1
 */
import { argument, type Phase, select, type ValueId } from "@settle/program";
import type { CircuitGraph } from "../resolve/circuit-graph.ts";
import { stepSizeIds } from "./buffer-ids.ts";
import type { Lowering } from "./lower.ts";
import { stepMonitor } from "./lower-monitor.ts";
import { lowerTerm } from "./lower-term.ts";
import { createPhaseBuilder, type PhaseBuilder } from "./phase-builder.ts";
import type { StepContext } from "./step-context.ts";
import { takeStep } from "./take-step.ts";

export function lowerStep(lowering: Lowering): Phase {
  const { equations, parts, modes, monitor } = lowering;
  const builder = createPhaseBuilder(parts);
  const { graph } = equations;
  const before = new Map([...graph.states.keys()].map((id) => [id, builder.read(id)]));
  const moving = [...graph.states.values()].filter((state) => modes.get(state.id) !== "clamped");
  const step: StepContext = { lowering, builder, moving, before };
  const { scope, moved } = takeStep(step);

  let status: ValueId | undefined;
  if (monitor) {
    const discrepancies = [...equations.discrepancies.values()].map((term) =>
      lowerTerm({ equations, builder }, scope, term),
    );
    const adapts = graph.settle.integrator.kind === "adaptive";
    status = stepMonitor(builder, discrepancies, {
      settle: graph.settle,
      rate: smallestRate(graph),
      ...(adapts && { taken: builder.read(stepSizeIds.taken) }),
    });
  }
  for (const [id, next] of moved) {
    const frozen = graph.settle.tolerance !== undefined && status !== undefined;
    builder.write(id, frozen ? freeze(builder, status!, next, builder.read(id), id) : next);
  }
  return builder.finish();
}

/** A sample that has settled or diverged stays as it is. */
function freeze(builder: PhaseBuilder, status: ValueId, next: ValueId, before: ValueId, id: string): ValueId {
  return builder.map(select(argument(0), "eq", 0, argument(1), argument(2)), [status, next, before], `${id} or frozen`);
}

const smallestRate = ({ states, settle }: CircuitGraph): number =>
  Math.min(...[...states.values()].map(({ rate }) => (rate === "auto" ? settle.auto!.initial : rate)));
