import { blockSynapse } from "./block.ts";
import { conv2dSynapse } from "./conv2d.ts";
import { deconv2dSynapse } from "./deconv2d.ts";
import { denseSynapse } from "./dense.ts";
import { poolSynapse } from "./pool.ts";
import { upsampleSynapse } from "./upsample.ts";

/** Every kind of synapse. A new one is a file beside these, a line here, and its relation in the compiler. */
export const synapses = [
  denseSynapse,
  conv2dSynapse,
  deconv2dSynapse,
  poolSynapse,
  upsampleSynapse,
  blockSynapse,
] as const;
