/** An experiment, as written. */
import type { z } from "zod";
import type { budgets, experimentSchema } from "./schema/experiment-schema.ts";

export type ExperimentSpec = DeepReadonly<z.infer<typeof experimentSchema>>;
export type VariantSpec = ExperimentSpec["circuits"][string];
export type TaskSpec = ExperimentSpec["tasks"][string];
export type HypothesisSpec = NonNullable<ExperimentSpec["hypotheses"]>[number];
export type PublishedFigure = NonNullable<ExperimentSpec["published"]>[number];
/** What can be held equal among circuits. */
export type Budget = (typeof budgets)[number];

type DeepReadonly<T> = T extends (infer Entry)[]
  ? readonly DeepReadonly<Entry>[]
  : T extends object
    ? { readonly [Key in keyof T]: DeepReadonly<T[Key]> }
    : T;
