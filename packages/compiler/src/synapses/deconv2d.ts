/** A deconvolution, the adjoint of a convolution: the target is the big side. Weights `[kh, kw, target, source]`. */
import { inferBig, inferSmall, relateConvolution } from "./relate-convolution.ts";
import type { SynapseKind } from "./synapse-kind.ts";

export const deconv2d: SynapseKind = {
  kind: "deconv2d",
  symbol: { text: "⊛", latex: "\\circledast" },
  adjointSymbol: { text: "*", latex: "\\ast" },
  filters: true,
  inferTarget: inferBig,
  inferSource: inferSmall,
  relate: (operation, source, target) => relateConvolution(operation, "post", source, target),
};
