/** Lateral synapses: from a state to a state of the same layer. */
import { z } from "zod";
import { constraintSchema } from "./constraint-schema.ts";
import { count, finite, id, notNegative, pair } from "./fields.ts";
import { lawSchema } from "./law-schema.ts";

const ends = {
  from: id.describe("Id of the source state."),
  to: id.describe("Id of the state that is corrected, of the same layer. Default: the source itself.").exactOptional(),
};

const learned = {
  initial: lawSchema.describe("How the weights are drawn. Default zeros.").exactOptional(),
  follows: z
    .union([
      z.enum(["residual", "anti-hebbian"]),
      z.strictObject({
        kind: z
          .literal("residual")
          .describe("ΔV = φ(source)ᵀ·(e − V(φ)): V learns what of the target's own error its neighbours foretell."),
      }),
      z.strictObject({
        kind: z
          .literal("anti-hebbian")
          .describe(
            "ΔV = −(φ(source)ᵀφ(target) − p²), V ≤ 0: units that are active together come to inhibit each other.",
          ),
        target: notNegative.describe("p, the activity at which weights rest. Default 0.1.").exactOptional(),
      }),
    ])
    .describe('What the weights learn. Default residual; "residual" is short for { "kind": "residual" }.')
    .exactOptional(),
  learn: z
    .union([z.boolean(), z.strictObject({ constraint: constraintSchema.describe("Default none.").exactOptional() })])
    .describe("false freezes the weights as they are drawn. Default true.")
    .exactOptional(),
};

export const lateralSchema = z
  .union([
    z.strictObject({
      ...ends,
      kind: z
        .literal("groups")
        .describe("Fixed: units (dense) or channels (map) excite themselves and inhibit the others of their group."),
      size: count.describe("Units or channels in a group; divides their number."),
      excite: notNegative.describe("α: weight of a unit on itself. Default 0.15.").exactOptional(),
      inhibit: notNegative.describe("β: taken off for every other unit of the group. Default 0.1.").exactOptional(),
    }),
    z.strictObject({
      ...ends,
      kind: z.literal("matrix").describe("Fixed: a matrix between the units (dense) or the channels (map)."),
      values: z.array(z.array(finite).min(1)).min(1).describe("The matrix, one row for each unit of the source."),
    }),
    z.strictObject({
      ...ends,
      kind: z.literal("dense").describe("Learned: every unit to every other; a unit does not drive itself."),
      ...learned,
    }),
    z.strictObject({
      ...ends,
      kind: z
        .literal("conv2d")
        .describe("Learned: a convolution of stride 1 over a map; an entry does not drive itself."),
      kernel: pair.describe("[height, width], one number if square."),
      ...learned,
    }),
  ])
  .meta({
    id: "Lateral",
    description: "A lateral synapse: adds V(φ(source)) to the correction of a state of the same layer.",
  });
