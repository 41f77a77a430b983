/**
 * What an activation is to the rest of Settle: a scalar expression, what people read about it, and the fields a circuit
 * may give it. One file per activation; `activations.ts` lists them.
 */
import { argument, type ScalarExpression } from "@settle/program";
import { z } from "zod";

/** A scalar function of one argument, entry by entry. */
export interface Activation {
  readonly kind: "scalar";
  /** As written in a circuit: `leaky-relu`. */
  readonly name: string;
  /** In `argument(0)`. */
  readonly expression: ScalarExpression;
  /** Its derivative, stated where differentiating the expression would lose the kink's side or precision. */
  readonly derivative?: ScalarExpression;
  /** The value at x, in LaTeX: `\tanh x`. */
  readonly latex: string;
  /** One line for people. */
  readonly doc: string;
}

/** Softmax over the last axis, which couples the entries and so is an instruction of its own. */
export interface Softmax {
  readonly kind: "softmax";
  readonly name: "softmax";
  readonly latex: string;
  readonly doc: string;
}

export interface ActivationKind<Kind extends string, Fields extends z.ZodRawShape> {
  readonly kind: Kind;
  readonly doc: string;
  readonly schema: z.ZodObject<{ kind: z.ZodLiteral<Kind> } & Fields, z.core.$strict>;
  /** Makes the function from the fields a circuit gives. */
  readonly build: (
    fields: Readonly<z.infer<z.ZodObject<Fields>>>,
  ) => Pick<Activation, "expression" | "derivative" | "latex">;
}

/** x, the argument of every activation. */
export const x: ScalarExpression = argument(0);

export function defineActivation<const Kind extends string, Fields extends z.ZodRawShape>(definition: {
  readonly kind: Kind;
  /** One line for people; also the description in the JSON Schema. */
  readonly doc: string;
  readonly fields: Fields;
  readonly build: ActivationKind<Kind, Fields>["build"];
}): ActivationKind<Kind, Fields> {
  const { fields, ...rest } = definition;
  const schema = z.strictObject({ kind: z.literal(definition.kind).describe(definition.doc), ...fields });
  return { ...rest, schema };
}
