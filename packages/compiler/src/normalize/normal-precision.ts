import type { PrecisionSpec } from "@settle/spec";
import type { NormalPrecision } from "./normal-circuit.ts";

/** What GNCN keeps every variance above: an error never counts more than it would without precision. */
const floorOfGncn = 1;

export function normalPrecision(precision: PrecisionSpec): NormalPrecision {
  const { kind, sigma = 1, apply = "whiten", learn = false } = precision;
  const covariance = precision.kind === "full" ? precision.covariance : undefined;
  return {
    kind,
    sigma: typeof sigma === "number" ? [sigma] : sigma,
    ...(covariance === undefined ? {} : { covariance }),
    apply,
    ...(learn === false ? {} : { learn: { floor: (learn === true ? undefined : learn.floor) ?? floorOfGncn } }),
  };
}
