/** The format of the conformance files: one small circuit with its numbers and what a right engine gets. */
import { z } from "zod";

import { readTensor, type Tensor } from "./tensor.ts";

const tensor = z.unknown().transform((nested, context): Tensor => {
  const read = readTensor(nested);
  if (typeof read !== "string") return read;
  context.addIssue({ code: "custom", message: read });
  return z.NEVER;
});
const tensors = z.record(z.string(), tensor);

const matrix = z.array(z.array(z.number()));

const activation = z.strictObject({ kind: z.string(), slope: z.number().optional() });
const operation = z.strictObject({
  kind: z.string(),
  kernel: z.tuple([z.int(), z.int()]).optional(),
  stride: z.tuple([z.int(), z.int()]).optional(),
  padding: z.enum(["same", "valid"]).optional(),
});

const state = z.strictObject({
  shape: z.array(z.int().positive()),
  activation,
  rate: z.number(),
  leak: z.number(),
  leakScaled: z.boolean().default(false),
  derivative: z.boolean().default(false),
  prior: z.strictObject({ kind: z.string(), strength: z.number().optional() }).default({ kind: "none" }),
  mode: z.enum(["clamped", "released", "masked", "latent"]).default("latent"),
});

const error = z.strictObject({
  target: z.string(),
  targetForm: z.enum(["state", "activity"]).default("state"),
  output: activation,
  bias: tensor.optional(),
  precision: z.strictObject({ kind: z.string(), sigma: z.union([z.array(z.number()), matrix]) }).optional(),
});

const stage = z.strictObject({
  op: operation,
  outShape: z.array(z.int().positive()),
  weights: tensor,
  errorWeights: tensor.optional(),
  pool: z
    .strictObject({ kind: z.enum(["average", "max"]), size: z.int().positive(), stride: z.int().positive() })
    .optional(),
  activation: activation.optional(),
});

const synapse = z.strictObject({
  from: z.string(),
  to: z.string(),
  op: operation.optional(),
  weights: tensor.optional(),
  errorWeights: tensor.optional(),
  lambda: z.number().optional(),
  coefficient: z.number().default(1),
  feedback: z.literal("none").optional(),
  stages: z.array(stage).optional(),
  skip: z.enum(["identity"]).optional(),
});

const snapshot = z.strictObject({ states: tensors, predictions: tensors, errors: tensors });

export const fixtureSchema = z.strictObject({
  name: z.string(),
  description: z.string(),
  sources: z.array(z.string()),
  circuit: z.strictObject({
    states: z.record(z.string(), state),
    errors: z.record(z.string(), error),
    synapses: z.record(z.string(), synapse),
    laterals: z.record(z.string(), z.strictObject({ from: z.string(), to: z.string(), matrix })).default({}),
    masks: tensors.default({}),
    method: z
      .strictObject({ kind: z.string(), factor: z.number().optional(), nesterov: z.boolean().optional() })
      .default({ kind: "euler" }),
  }),
  batch: z.int().positive(),
  initialStates: tensors,
  steps: z.int().positive(),
  afterStep: z.record(z.string().regex(/^[1-9]\d*$/, "expected a number of steps"), snapshot),
  final: snapshot.extend({ discrepancy: z.array(z.number()), discrepancyOrder: z.array(z.string()) }),
  deltas: z.strictObject({ weights: tensors, errorWeights: tensors, bias: tensors }),
  afterFirstAdamStep: z.strictObject({
    learningRate: z.number(),
    epsilon: z.number(),
    constraint: z.record(z.string(), z.enum(["kernel", "source", "target", "none"])),
    weights: tensors,
  }),
});

/** What of a circuit, and with which numbers: states and initial states `[batch, ...shape]`, weights as stored. */
export type Fixture = z.infer<typeof fixtureSchema>;
