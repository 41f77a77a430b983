/** Nearest-neighbour upsampling: each position of the source repeated, channel by channel; fixed weights. */
import { inferBig, inferSmall, relateConvolution } from "./relate-convolution.ts";
import type { SynapseKind } from "./synapse-kind.ts";

export const upsample: SynapseKind = {
  kind: "upsample",
  symbol: { text: "", latex: "" },
  adjointSymbol: { text: "", latex: "" },
  filters: false,
  inferTarget: inferBig,
  inferSource: inferSmall,
  relate: (operation, source, target) =>
    relateConvolution(operation, "post", source, target, { kind: "fixed", value: 1 }),
};
