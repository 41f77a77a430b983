/** Synapses as a circuit writes them, from the list of kinds. */
import { z } from "zod";
import { endpoints, sharing } from "../synapses/synapse-kind.ts";
import { synapseTraits } from "../synapses/synapse-traits.ts";
import { synapses } from "../synapses/synapses.ts";

type Entry = (typeof synapses)[number];
type UnionToIntersection<U> = (U extends unknown ? (member: U) => void : never) extends (member: infer I) => void
  ? I
  : never;

/** The fields of every kind in one record; a field that several kinds have is one and the same. */
const everyField = Object.assign({}, ...synapses.map((entry) => entry.fields)) as UnionToIntersection<Entry["fields"]>;

/** A synapse whose kind is that of `defaults.synapse`. */
const ofDefaultKind = z
  .strictObject({ ...endpoints, kind: z.never().exactOptional(), ...everyField, ...synapseTraits, ...sharing })
  .describe("A synapse of the kind that defaults.synapse names.");

export const synapseSchema = z
  .union([...synapses.map((entry): Entry["schema"] => entry.schema), ofDefaultKind])
  .meta({ id: "Synapse", description: "A generative synapse: predicts, from one state, for one error node." });

export const synapseDefaultsSchema = z
  .strictObject({
    kind: z
      .enum(synapses.map((entry) => entry.kind) as readonly Entry["kind"][])
      .describe("The kind of every synapse that names none.")
      .exactOptional(),
    ...everyField,
    ...synapseTraits,
  })
  .meta({
    id: "SynapseDefaults",
    description: "Filled into every synapse that does not say otherwise; a kind takes the fields it has.",
  });
