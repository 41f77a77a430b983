import type { ActivationSpec, OutputSpec } from "../circuit-spec.ts";
import type { Activation, Softmax } from "./activation.ts";
import { activations } from "./activations.ts";
import { customActivation } from "./custom.ts";
import { softmaxOutput } from "./softmax.ts";

/**
 * The function a circuit names: `"tanh"`, `{ kind: "leaky-relu", slope: 0.1 }`, `{ kind: "custom", expression: "x/2" }`.
 *
 * @throws {SettleError} `parse/bad-expression` when the text of a custom one is no expression (`validateCircuit` reports
 *   the same fault with its place)
 */
export function activationOf(spec: ActivationSpec): Activation;
export function activationOf(spec: OutputSpec): Activation | Softmax;
export function activationOf(spec: OutputSpec): Activation | Softmax {
  const fields = typeof spec === "string" ? { kind: spec } : spec;
  if (fields.kind === "softmax") return softmaxOutput.value;
  const entry = [...activations, customActivation].find((candidate) => candidate.kind === fields.kind);
  if (entry === undefined) throw new Error(`there is no activation "${fields.kind}"`);
  // The entry was found by the very kind of the fields, which the types cannot see.
  const build = entry.build as (given: typeof fields) => Pick<Activation, "expression" | "derivative" | "latex">;
  return { kind: "scalar", name: entry.kind, doc: entry.doc, ...build(fields) };
}
