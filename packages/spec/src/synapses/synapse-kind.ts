import { z } from "zod";
import { id } from "../schema/fields.ts";
import { synapseTraits } from "./synapse-traits.ts";

/** One kind of generative synapse, as far as the language is concerned: its name and the fields that only it has. */
export interface SynapseKind<Kind extends string, Fields extends z.ZodRawShape> {
  readonly kind: Kind;
  /** One line for the language reference. */
  readonly doc: string;
  readonly fields: Fields;
  readonly schema: z.ZodObject<
    typeof endpoints & { kind: z.ZodLiteral<Kind> } & Fields & typeof synapseTraits,
    z.core.$strict
  >;
}

/** Where a synapse begins and ends. */
export const endpoints = {
  from: id.describe("Id of the source state."),
  to: id.describe("Id of the error node it predicts for."),
};

/** Declares a kind of synapse; `fields` must all be optional, so that `defaults.synapse` can give them. */
export function defineSynapse<const Kind extends string, Fields extends z.ZodRawShape>(definition: {
  readonly kind: Kind;
  readonly doc: string;
  readonly fields: Fields;
}): SynapseKind<Kind, Fields> {
  const schema = z.strictObject({
    ...endpoints,
    kind: z.literal(definition.kind).describe(definition.doc),
    ...definition.fields,
    ...synapseTraits,
  });
  return { ...definition, schema };
}
