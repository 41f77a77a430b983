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
    case "indexed-contract": {
      const { reads, writes } = ofWork(kernel.work);
      const weights = kernel.weights === undefined ? [] : [kernel.weights.array];
      return { reads: [kernel.input, ...weights, ...reads], writes };
    }
    case "max-pool":
      return { reads: [kernel.by, kernel.of], writes: [kernel.output] };
    case "indexed-gradient":
      return { reads: [kernel.pre, kernel.post], writes: [kernel.output] };
    case "map":
    case "shared-map":
      return ofWork(kernel.work);
    case "softmax":
    case "lane-sum":
    case "transpose":
    case "shared-reduce":
    case "shared-repeat":
    case "triangular-inverse":
      return { reads: [kernel.input], writes: [kernel.output] };
    case "gradient":
      return { reads: [kernel.first, kernel.second], writes: [kernel.output] };
    default:
      return kernel satisfies never;
  }
}
