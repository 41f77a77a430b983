/** Every unit of the source to every unit of the target; maps are read row-major. Weights `[source, target]`. */
import { sizeOf } from "@settle/program";
import type { SynapseKind } from "./synapse-kind.ts";

export const dense: SynapseKind = {
  kind: "dense",
  symbol: { text: "·", latex: "" },
  adjointSymbol: { text: "·", latex: "" },
  filters: false,
  inferTarget: () => undefined,
  inferSource: () => undefined,
  relate: (_operation, source, target) => ({
    preShape: source,
    postShape: target,
    axes: [],
    preChannels: sizeOf(source),
    postChannels: sizeOf(target),
    groups: 1,
    weights: { kind: "tensor", order: "pre-post", shared: true },
  }),
};
