/** A convolution: the source is the big side. Weights `[kh, kw, source channels, target channels]`. */
import { inferBig, inferSmall, relateConvolution } from "./relate-convolution.ts";
import type { SynapseKind } from "./synapse-kind.ts";

export const conv2d: SynapseKind = {
  kind: "conv2d",
  symbol: { text: "*", latex: "\\ast" },
  adjointSymbol: { text: "⊛", latex: "\\circledast" },
  filters: true,
  inferTarget: inferSmall,
  inferSource: inferBig,
  relate: (operation, source, target) => relateConvolution(operation, "pre", source, target),
};
