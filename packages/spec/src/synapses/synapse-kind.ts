import { z } from "zod";
import { id } from "../schema/fields.ts";
import { pathTraits, synapseTraits, tensorTraits } from "./synapse-traits.ts";

/** Where a synapse begins and ends. */
export const endpoints = {
  from: id.describe("Id of the source state."),
  to: id.describe("Id of the error node it predicts for."),
};

/** What only a synapse itself can say, not `defaults.synapse`. */
export const sharing = {
  weights: id.describe("Id of another synapse, whose tensor this one uses as its own.").exactOptional(),
};

const weighted = { ...synapseTraits, ...sharing };
const composite = { ...pathTraits, ...tensorTraits };

/** One kind of generative synapse, as far as the language is concerned: its name and the fields that only it has. */
export interface SynapseKind<Kind extends string, Fields extends z.ZodRawShape, Traits extends z.ZodRawShape> {
  readonly kind: Kind;
  /** One line for the language reference. */
  readonly doc: string;
  readonly fields: Fields;
  readonly schema: z.ZodObject<typeof endpoints & { kind: z.ZodLiteral<Kind> } & Fields & Traits, z.core.$strict>;
}

interface SynapseDefinition<Kind extends string, Fields extends z.ZodRawShape> {
  readonly kind: Kind;
  readonly doc: string;
  /** All optional, so that `defaults.synapse` can give them. */
  readonly fields: Fields;
}

/** Declares a kind of synapse that has weights. */
export function defineSynapse<const Kind extends string, Fields extends z.ZodRawShape>(
  definition: SynapseDefinition<Kind, Fields>,
): SynapseKind<Kind, Fields, typeof weighted> {
  const kind = z.literal(definition.kind).describe(definition.doc);
  return { ...definition, schema: z.strictObject({ ...endpoints, kind, ...definition.fields, ...weighted }) };
}

/** Declares a kind of synapse whose parts have weights, each its own. */
export function defineCompositeSynapse<const Kind extends string, Fields extends z.ZodRawShape>(
  definition: SynapseDefinition<Kind, Fields>,
): SynapseKind<Kind, Fields, typeof composite> {
  const kind = z.literal(definition.kind).describe(definition.doc);
  return { ...definition, schema: z.strictObject({ ...endpoints, kind, ...definition.fields, ...composite }) };
}

/** Declares a kind of synapse without weights to learn. */
export function defineFixedSynapse<const Kind extends string, Fields extends z.ZodRawShape>(
  definition: SynapseDefinition<Kind, Fields>,
): SynapseKind<Kind, Fields, typeof pathTraits> {
  const kind = z.literal(definition.kind).describe(definition.doc);
  return { ...definition, schema: z.strictObject({ ...endpoints, kind, ...definition.fields, ...pathTraits }) };
}
