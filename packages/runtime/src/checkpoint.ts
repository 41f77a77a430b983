/** Makes checkpoints of a session, and takes a session back to one. */
import { settleError } from "@settle/diagnostics";
import type { DiscrepancySum } from "./discrepancy.ts";
import { firstNotFinite } from "./first-not-finite.ts";
import type { Checkpoint, TrainingPlan } from "./run-store.ts";
import type { Session } from "./session.ts";

/**
 * @param place how far the run has come within its epoch, and the epoch's sums so far
 * @throws {SettleError} `run/not-finite` when a parameter is not finite: such a checkpoint would be worth nothing
 */
export async function makeCheckpoint(
  session: Session,
  plan: TrainingPlan,
  place: { readonly epoch: number; readonly step: number; readonly sum: DiscrepancySum },
): Promise<Checkpoint> {
  const tensors = await session.parameters.export();
  for (const [id, { data }] of tensors) {
    const bad = firstNotFinite(data);
    if (bad < 0) continue;
    throw settleError("run/not-finite", `"${id}" became ${data[bad]} (entry ${bad}) by update ${session.updates}.`, {
      help: "lower `learn.rate`, or add a max-norm `learn.constraint`; the checkpoint before is kept",
    });
  }
  const { epoch, step, sum } = place;
  return {
    format: "settle-checkpoint",
    version: 1,
    circuit: session.program.circuit,
    engine: { name: session.engine.name, dtype: session.engine.dtype },
    plan,
    position: { epoch, step, updates: session.updates },
    epochSums: { samples: sum.samples, discrepancy: sum.total, errors: sum.errors },
    tensors,
  };
}

/** Whether going on from a checkpoint gives the very bits of a run that never stopped. */
export function resumesExactly({ engine }: Checkpoint, session: Session): boolean {
  const { name, dtype, deterministic } = session.engine;
  return deterministic && engine.name === name && engine.dtype === dtype;
}
