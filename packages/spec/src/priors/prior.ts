/** A prior on a state's activity: the energy it adds, and the force −dE/dz that joins the correction. */
import { argument, type ScalarExpression } from "@settle/program";
import { z } from "zod";
import { notNegative } from "../schema/fields.ts";

export interface Prior {
  /** As written in a circuit: `laplace`. */
  readonly name: string;
  /** The force added to d, in z = `argument(0)`. */
  readonly expression: ScalarExpression;
  /** What it adds to the discrepancy, per entry, in z = `argument(0)`. */
  readonly energy: ScalarExpression;
  /** The force at z, in LaTeX. */
  readonly latex: string;
  /** One line for people. */
  readonly doc: string;
}

export interface PriorKind<Kind extends string, Fields extends z.ZodRawShape> {
  readonly kind: Kind;
  readonly doc: string;
  readonly schema: z.ZodObject<{ kind: z.ZodLiteral<Kind> } & Fields, z.core.$strict>;
  readonly build: (fields: Readonly<z.infer<z.ZodObject<Fields>>>) => Pick<Prior, "expression" | "energy" | "latex">;
}

/** z, the argument of every prior. */
export const z0: ScalarExpression = argument(0);

/** λ; the published circuits use 0.01. */
export const strengthField = { strength: notNegative.describe("λ. Default 0.01.").exactOptional() };
export const defaultStrength = 0.01;

export function definePrior<const Kind extends string, Fields extends z.ZodRawShape>(definition: {
  readonly kind: Kind;
  readonly doc: string;
  readonly fields: Fields;
  readonly build: PriorKind<Kind, Fields>["build"];
}): PriorKind<Kind, Fields> {
  const { fields, ...rest } = definition;
  const schema = z.strictObject({ kind: z.literal(definition.kind).describe(definition.doc), ...fields });
  return { ...rest, schema };
}
