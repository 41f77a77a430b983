/** φ and g as a circuit writes them, from the list of activations. */
import { z } from "zod";
import { activations } from "../activations/activations.ts";
import { customActivation } from "../activations/custom.ts";
import { softmaxOutput } from "../activations/softmax.ts";

type Entry = (typeof activations)[number];

const names = z.enum(activations.map((entry) => entry.kind) as readonly Entry["kind"][]);
const objects = [...activations.map((entry): Entry["schema"] => entry.schema), customActivation.schema] as const;

export const activationSchema = z.union([names, ...objects]).meta({
  id: "Activation",
  description: 'A scalar function, entry by entry; "tanh" is short for { "kind": "tanh" }.',
});

export const outputSchema = z
  .union([activationSchema, z.literal(softmaxOutput.kind), softmaxOutput.schema])
  .meta({ id: "Output", description: "An activation, or softmax over the channels (or units) of the prediction." });
