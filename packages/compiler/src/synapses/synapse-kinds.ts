/** The kinds of synapse there are. A new one is a line here and a file beside it. */
import type { SynapseKindName } from "@settle/spec";
import { conv2d } from "./conv2d.ts";
import { deconv2d } from "./deconv2d.ts";
import { dense } from "./dense.ts";
import type { SynapseKind } from "./synapse-kind.ts";

export const synapseKinds: Readonly<Record<SynapseKindName, SynapseKind>> = { conv2d, deconv2d, dense };
