/** The accumulate phase: adds each Δ, summed over the batch, to its accumulator. Errors are those of the readout. */
import { add, argument, mul, type Phase } from "@settle/program";
import { readoutIds, sumId } from "./buffer-ids.ts";
import type { Lowering } from "./lower.ts";
import { lowerTerm, scopeOf } from "./lower-term.ts";
import { createPhaseBuilder } from "./phase-builder.ts";

export function lowerAccumulate({ equations, parts }: Lowering): Phase {
  const builder = createPhaseBuilder(parts);
  const scope = scopeOf(new Map([...equations.graph.states.keys()].map((id) => [id, builder.read(id)])));
  for (const id of equations.errors.keys()) scope.errors.set(id, builder.read(readoutIds(id).error));
  for (const [id, delta] of equations.deltas) {
    // The factor is applied to the sum, which is small, rather than to every sample's activity.
    const [by, of] = delta.kind === "scale" ? [delta.by, delta.of] : [1, delta];
    const value = lowerTerm({ equations, builder }, scope, of, `Σ Δ ${id}`);
    builder.write(
      sumId(id),
      builder.map(add(argument(0), mul(by, argument(1))), [builder.read(sumId(id)), value], sumId(id)),
    );
  }
  return builder.finish();
}
