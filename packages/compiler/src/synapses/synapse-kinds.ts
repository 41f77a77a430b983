/** The kinds of operation that a synapse or a stage can be. A new one is a line here and a file beside it. */
import type { OperationKind } from "../normalize/normal-circuit.ts";
import { conv2d } from "./conv2d.ts";
import { deconv2d } from "./deconv2d.ts";
import { dense } from "./dense.ts";
import { pool } from "./pool.ts";
import type { SynapseKind } from "./synapse-kind.ts";
import { upsample } from "./upsample.ts";

export const synapseKinds: Readonly<Record<OperationKind, SynapseKind>> = { conv2d, deconv2d, dense, pool, upsample };
