import { conv2dSynapse } from "./conv2d.ts";
import { deconv2dSynapse } from "./deconv2d.ts";
import { denseSynapse } from "./dense.ts";

/** Every kind of synapse. A new one is a file beside these, a line here, and its relation in the compiler. */
export const synapses = [denseSynapse, conv2dSynapse, deconv2dSynapse] as const;
