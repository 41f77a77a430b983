/** A pool: windows of the source, channel by channel; fixed weights. */
import { inferBig, inferSmall, relateConvolution } from "./relate-convolution.ts";
import type { SynapseKind } from "./synapse-kind.ts";

export const pool: SynapseKind = {
  kind: "pool",
  symbol: { text: "", latex: "" },
  adjointSymbol: { text: "", latex: "" },
  filters: false,
  inferTarget: inferSmall,
  inferSource: inferBig,
  relate: (operation, source, target) =>
    relateConvolution(
      operation,
      "pre",
      source,
      target,
      operation.operation === "max" ? { kind: "fixed", value: 1 } : { kind: "mean" },
    ),
};
