/** A circuit as a user writes it: the types of the schema, by name. What each field means stands in the schema. */
import type { z } from "zod";
import type { activationSchema, outputSchema } from "./schema/activation-schema.ts";
import type { circuitSchema } from "./schema/circuit-schema.ts";
import type { skipSchema, stageSchema } from "./schema/block-schema.ts";
import type { constraintSchema, learnConstraintSchema } from "./schema/constraint-schema.ts";
import type { errorSchema } from "./schema/error-schema.ts";
import type { feedbackSchema } from "./schema/feedback-schema.ts";
import type { lateralSchema } from "./schema/lateral-schema.ts";
import type { lawSchema } from "./schema/law-schema.ts";
import type { leakSchema } from "./schema/leak-schema.ts";
import type { learnSchema } from "./schema/learn-schema.ts";
import type { parameterSchema } from "./schema/parameter-schema.ts";
import type { maskSchema } from "./schema/mask-schema.ts";
import type { precisionSchema } from "./schema/precision-schema.ts";
import type { priorSchema } from "./schema/prior-schema.ts";
import type { settleSchema } from "./schema/settle-schema.ts";
import type { stateSchema } from "./schema/state-schema.ts";
import type { synapseSchema } from "./schema/synapse-schema.ts";

type DeepReadonly<T> = T extends object ? { readonly [Key in keyof T]: DeepReadonly<T[Key]> } : T;
type Written<Schema extends z.ZodType> = DeepReadonly<z.infer<Schema>>;

/** A whole circuit, every parameter of a template replaced by its value. */
export interface CircuitSpec extends Omit<Written<typeof circuitSchema>, "parameters"> {}

/** What a template can vary: its default and what else it may be. */
export interface ParameterSpec extends Written<typeof parameterSchema> {}

/** A state node z: a tensor of activities that settles. */
export interface StateSpec extends Written<typeof stateSchema> {}

/** An error node e: gathers the predictions of one state and compares it with them. */
export interface ErrorSpec extends Written<typeof errorSchema> {}

/** A generative synapse; without `kind` it is of the kind that `defaults.synapse` names. */
export type SynapseSpec = Written<typeof synapseSchema>;
export type SynapseKindName = NonNullable<SynapseSpec["kind"]>;

/** A lateral synapse: from a state to a state of the same layer. */
export type LateralSpec = Written<typeof lateralSchema>;
/** A synapse of kind `block`. */
export type BlockSpec = Extract<SynapseSpec, { readonly kind: "block" }>;
/** One operation of a block, then its pool, its activation, its upsampling. */
export type StageSpec = Written<typeof stageSchema>;
/** What a block adds to its last stage. */
export type SkipSpec = Exclude<Written<typeof skipSchema>, string>;
/** Fixed sparsity of a tensor. */
export type MaskSpec = Written<typeof maskSchema>;

/** φ: `"tanh"` is short for `{ kind: "tanh" }`. */
export type ActivationSpec = Written<typeof activationSchema>;
/** g: an activation, or softmax. */
export type OutputSpec = Written<typeof outputSchema>;
/** The words of activations, softmax included. */
export type ActivationKind = Exclude<OutputSpec, string>["kind"];
/** How numbers are drawn before the first update, or at the start of a settle. */
export type LawSpec = Written<typeof lawSchema>;
/** γ; a number is short for `{ rate }`. */
export type LeakSpec = Exclude<Written<typeof leakSchema>, number>;
/** A force on a state's own activity. */
export type PriorSpec = Written<typeof priorSchema>;
/** How the error comes back; the word alone is short for `{ kind }`. */
export type FeedbackSpec = Exclude<Written<typeof feedbackSchema>, string>;
/** What holds for the weights after every update. */
export type ConstraintSpec = Written<typeof constraintSchema>;
/** What `learn.constraint` holds: one, or several together; `stable` concerns the circuit as a whole. */
export type LearnConstraintSpec = Written<typeof learnConstraintSchema>;
/** How much each entry of an error counts. */
export type PrecisionSpec = Written<typeof precisionSchema>;
/** How the states find their equilibrium. */
export interface SettleSpec extends Written<typeof settleSchema> {}
/** β: a number, or `{ auto: margin }`. */
export type RateSpec = NonNullable<SettleSpec["rate"]>;
export type IntegratorSpec = Exclude<NonNullable<SettleSpec["integrator"]>, string>;
/** How synapses and biases learn. */
export interface LearnSpec extends Written<typeof learnSchema> {}
export type RuleSpec = Exclude<NonNullable<LearnSpec["rule"]>, string>;
/** How the learning rate changes; the word alone is short for `{ kind }`. */
export type ScheduleSpec = Exclude<NonNullable<LearnSpec["schedule"]>, string>;
