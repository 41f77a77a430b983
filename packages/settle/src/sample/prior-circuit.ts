/** A circuit whose top states are given from outside, so that what they predict can be seen. */
import { settleError } from "@settle/diagnostics";
import type { Session } from "@settle/runtime";
import type { CircuitSpec } from "@settle/spec";
import { type CircuitInput, createSession, type SessionSettings } from "../create-session.ts";
import { topStates } from "../top-states.ts";

export interface TopState {
  readonly id: string;
  /** Numbers in it. */
  readonly size: number;
  readonly shape: readonly number[];
  /** The data's field that feeds it in the circuit made here. */
  readonly field: string;
}

/** The top states of a session's circuit, in order. @throws {SettleError} `sample/no-top` */
export function topStatesOf({ program }: Session): readonly TopState[] {
  const tops = topStates(program).map((id) => {
    const state = program.states.find((each) => each.id === id);
    const shape = program.buffers.find((each) => each.id === state?.buffer)?.type.shape ?? [];
    return { id, shape, size: shape.reduce((product, each) => product * each, 1), field: `given ${id}` };
  });
  if (tops.length > 0) return tops;
  throw settleError("sample/no-top", "Every latent state of the circuit is predicted, so there is none to draw.", {
    help: "a prior is fitted to states that nothing predicts; a circuit that is a cycle throughout has none.",
  });
}

/**
 * A session of the same circuit with the same parameters, in which the top states are fed and everything below projects
 * from them.
 */
export async function priorSession(
  circuit: CircuitInput,
  session: Session,
  settings: SessionSettings,
): Promise<Session> {
  const spec: CircuitSpec = "spec" in circuit ? circuit.spec : circuit;
  const fed = Object.fromEntries(
    topStatesOf(session).map(({ id, field }) => [id, { ...spec.states[id], observed: { data: field } }]),
  );
  const given = await createSession(
    {
      ...spec,
      states: { ...spec.states, ...fed },
      settle: { ...spec.settle, start: "projection" },
    },
    { ...settings, seed: session.seed },
  );
  await given.parameters.import(await session.parameters.export(), session.updates);
  return given;
}
