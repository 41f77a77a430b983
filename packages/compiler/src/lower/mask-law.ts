/** Masks as what a buffer begins with. */
import type { InitialLaw } from "@settle/program";
import type { NormalMask } from "../normalize/normal-circuit.ts";

/** Weights of `size` that a mask leaves. */
export function unmasked(mask: NormalMask | undefined, size: number): number {
  switch (mask?.kind) {
    case undefined:
      return size;
    case "values":
      return mask.values.filter((value) => value === 1).length;
    case "random":
      return Math.max(1, Math.round(mask.density * size));
    default:
      return mask satisfies never;
  }
}

export function maskLaw(mask: NormalMask, size: number): InitialLaw {
  if (mask.kind === "values") return { kind: "values", values: mask.values };
  return { kind: "mask", ones: unmasked(mask, size), ...(mask.seed === undefined ? {} : { seed: mask.seed }) };
}
