import type { PriorSpec } from "../circuit-spec.ts";
import type { Prior } from "./prior.ts";
import { priors } from "./priors.ts";

/** The prior a circuit names: the force it adds to a state's correction, and its energy. */
export function priorOf(spec: PriorSpec): Prior {
  const entry = priors.find((candidate) => candidate.kind === spec.kind);
  if (entry === undefined) throw new Error(`there is no prior "${spec.kind}"`);
  // The entry was found by the very kind of the fields, which the types cannot see.
  const build = entry.build as (given: PriorSpec) => Pick<Prior, "expression" | "energy" | "latex">;
  return { name: entry.kind, doc: entry.doc, ...build(spec) };
}
