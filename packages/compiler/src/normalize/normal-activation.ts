/** Activations and outputs with their parameters said. */
import type { ActivationSpec, OutputSpec } from "@settle/spec";
import type { NormalActivation, NormalOutput } from "./normal-circuit.ts";

export function normalActivation(activation: ActivationSpec): NormalActivation;
export function normalActivation(activation: OutputSpec): NormalOutput;
export function normalActivation(activation: OutputSpec): NormalOutput {
  const full = typeof activation === "string" ? { kind: activation } : activation;
  switch (full.kind) {
    case "leaky-relu":
      return { kind: "leaky-relu", slope: ("slope" in full ? full.slope : undefined) ?? 0.2 };
    case "elu":
      return { kind: "elu", alpha: ("alpha" in full ? full.alpha : undefined) ?? 1 };
    default:
      return full;
  }
}
