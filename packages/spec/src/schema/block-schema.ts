/** What a block is made of: stages, each with its own weights, and a skip around them. */
import { z } from "zod";
import { conv2dSynapse } from "../synapses/conv2d.ts";
import { deconv2dSynapse } from "../synapses/deconv2d.ts";
import { denseSynapse } from "../synapses/dense.ts";
import { activationSchema } from "./activation-schema.ts";
import { feedbackSchema } from "./feedback-schema.ts";
import { count, pair } from "./fields.ts";
import { weightTraits } from "../synapses/synapse-traits.ts";
import { shapeSchema } from "./state-schema.ts";

const poolSchema = z
  .strictObject({
    kind: z.enum(["average", "max"]).describe("The mean or the largest entry of each window."),
    size: pair.describe("[height, width] of the window, one number if square."),
    stride: pair.describe("From one window to the next. Default: its size.").exactOptional(),
  })
  .describe("Windows of what the operation made, taken together.");

const stageTraits = {
  channels: count
    .describe("Channels (of a dense stage: units) that the operation makes. Default in the last stage: the target's.")
    .exactOptional(),
  shape: shapeSchema.describe("Instead of channels: the shape that the operation makes.").exactOptional(),
  pool: poolSchema.exactOptional(),
  activation: activationSchema.describe("After the pool. Default identity.").exactOptional(),
  upsample: pair
    .describe("After the activation: how often each position is repeated, [height, width].")
    .exactOptional(),
  feedback: feedbackSchema
    .describe("How the stage's error goes back: tied or separate. Default the block's.")
    .exactOptional(),
  ...weightTraits,
};

const kindOf = <Kind extends string>({
  kind,
  doc,
}: {
  readonly kind: Kind;
  readonly doc: string;
}): z.ZodLiteral<Kind> => z.literal(kind).describe(doc);

export const stageSchema = z
  .union([
    z.strictObject({ kind: kindOf(denseSynapse), ...denseSynapse.fields, ...stageTraits }),
    z.strictObject({ kind: kindOf(conv2dSynapse), ...conv2dSynapse.fields, ...stageTraits }),
    z.strictObject({ kind: kindOf(deconv2dSynapse), ...deconv2dSynapse.fields, ...stageTraits }),
  ])
  .meta({ id: "Stage", description: "One operation of a block, then its pool, its activation, its upsampling." });

const skipKind = z.enum(["none", "identity", "projection", "resize"]);

export const skipSchema = z
  .union([
    skipKind,
    z.strictObject({
      kind: skipKind.describe(
        "identity: z itself. resize: z, repeated or averaged to the target's extents. projection: a learned 1×1 " +
          "convolution as well.",
      ),
      feedback: z
        .boolean()
        .describe("Whether the error goes back through the skip too. Default: false with lra, true with backprop.")
        .exactOptional(),
      ...weightTraits,
    }),
  ])
  .meta({
    id: "Skip",
    description: 'What is added to the last stage: "identity" is short for { "kind": "identity" }.',
  });
