import type { ArrayIndex, ElementWork, GroupKernel, SharedKernel } from "./kernel-plan.ts";

/** Arrays a kernel reads and writes. */
export function arraysOf(kernel: GroupKernel | SharedKernel): {
  readonly reads: readonly ArrayIndex[];
  readonly writes: readonly ArrayIndex[];
} {
  const ofWork = (work: ElementWork) => ({
    reads: work.operands.flatMap((operand) => (operand.kind === "array" ? [operand.array] : [])),
    writes: [...work.stores, ...work.sums].map(({ array }) => array),
  });
  switch (kernel.kind) {
    case "contract": {
      const { reads, writes } = ofWork(kernel.work);
      return { reads: [kernel.input, kernel.weights, ...reads], writes };
    }
    case "map":
    case "shared-map":
      return ofWork(kernel.work);
    case "softmax":
    case "lane-sum":
    case "transpose":
    case "shared-reduce":
      return { reads: [kernel.input], writes: [kernel.output] };
    case "gradient":
      return { reads: [kernel.first, kernel.second], writes: [kernel.output] };
    default:
      return kernel satisfies never;
  }
}
