/** What a profile of kernels needs to know of a plan, whatever the kernels were made into. */
import type { ContractKernel, KernelPlan, Segment } from "./kernel-plan.ts";

/** How long one kernel of a step takes. */
export interface KernelTime {
  readonly label: string;
  readonly seconds: number;
  /** Multiplications and additions of a contraction on all lanes, taps on the padding left out. */
  readonly operations?: number;
}

/** Multiplications and additions of a contraction on one sample, taps on the padding left out. */
export function contractOperations({ rows, columns, inputChannels, outputChannels }: ContractKernel): number {
  const taps = (segments: readonly Segment[]): number =>
    segments.reduce((sum, segment) => sum + segment.count * segment.taps.length, 0);
  return 2 * taps(rows) * taps(columns) * inputChannels * outputChannels;
}

/** Numbers of either sign for a plan's arrays: weights up to 0.05, all else up to 1. */
export function fillWithNoise(
  plan: KernelPlan,
  memory: { readonly group: Float32Array; readonly shared: Float32Array },
): void {
  for (const { space, offset, elements } of plan.arrays) {
    if (space !== "shared" && space !== "group") continue;
    const floats = memory[space];
    const [size, count] = space === "shared" ? [0.05, elements] : [1, elements * plan.lanes];
    for (let i = 0; i < count; i++) floats[offset + i] = size * Math.sin(12.9898 * i + i * i);
  }
}
