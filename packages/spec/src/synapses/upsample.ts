import { pair } from "../schema/fields.ts";
import { defineFixedSynapse } from "./synapse-kind.ts";

/** Predicts a larger map by repeating each position of a smaller one. No weights. */
export const upsampleSynapse = defineFixedSynapse({
  kind: "upsample",
  doc: "Repeats each position (nearest neighbour), channel by channel: predicts a larger map. Has no weights.",
  fields: { factor: pair.describe("How often, [height, width], one number if both are the same.").exactOptional() },
});
