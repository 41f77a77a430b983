/** The readout phase: predictions, errors and discrepancies of the states as they stand. */
import { argument, type Phase } from "@settle/program";
import { probeId, readoutIds } from "./buffer-ids.ts";
import type { Lowering } from "./lower.ts";
import { lowerTerm, scopeOf } from "./lower-term.ts";
import { createPhaseBuilder } from "./phase-builder.ts";

export function lowerReadout({ equations, parts, probes }: Lowering): Phase {
  const builder = createPhaseBuilder(parts);
  const scope = scopeOf(new Map([...equations.graph.states.keys()].map((id) => [id, builder.read(id)])));
  for (const [id, prediction] of equations.predictions) {
    scope.predictions.set(id, lowerTerm({ equations, builder }, scope, prediction, `μ(${id})`));
  }
  for (const id of equations.errors.keys()) {
    const ids = readoutIds(id);
    builder.write(ids.prediction, scope.predictions.get(id)!);
    builder.write(ids.error, lowerTerm({ equations, builder }, scope, { kind: "error", error: id }));
    builder.write(ids.discrepancy, lowerTerm({ equations, builder }, scope, equations.discrepancies.get(id)!));
  }
  for (const [name, { term, shape }] of probes) {
    const value = lowerTerm({ equations, builder }, scope, term);
    builder.write(probeId(name), builder.map(argument(0), [value], name, { batch: true, shape }));
  }
  return builder.finish();
}
