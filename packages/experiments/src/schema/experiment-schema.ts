/** The experiment file, version 1: this schema is its definition; types and JSON Schema are made from it. */
import type { BaselineKind } from "@settle/baselines";
import { tasks } from "@settle/settle";
import { z } from "zod";

/** The version of the language this package reads. */
export const experimentVersion = 1;

const count = z.int().min(1);
const positive = z.number().positive();
/** Of circuits and tasks: they become names of columns and files. */
const id = z.string().regex(/^(?!(?:constructor|prototype)$)[A-Za-z][A-Za-z0-9-]*$/);
const pointer = z.string().regex(/^(?:\/[^/]*)+$/);
const anything = z.union([
  z.string(),
  z.number(),
  z.boolean(),
  z.null(),
  z.array(z.unknown()),
  z.record(z.string(), z.unknown()),
]);

const patchSchema = z
  .strictObject({
    op: z.enum(["add", "remove", "replace", "move", "copy", "test"]).describe("What is done."),
    path: z.string().describe("JSON pointer into the circuit: where."),
    from: z.string().describe("JSON pointer: what is moved or copied.").exactOptional(),
    value: anything.describe("What is added, put in its place or expected.").exactOptional(),
  })
  .meta({ id: "PatchOperation", description: "One operation of a JSON Patch (RFC 6902)." });

const variantSchema = z
  .strictObject({
    circuit: z.string().min(1).describe("A circuit file, its path from the experiment's, or a predefined name."),
    title: z.string().describe("What tables and plots call it. Default its id.").exactOptional(),
    parameters: z
      .record(z.string(), z.union([z.number(), z.string(), z.boolean()]))
      .describe("Values for the parameters that the circuit declares, as `--set` gives them.")
      .exactOptional(),
    merge: z
      .record(z.string(), z.unknown())
      .describe("A JSON Merge Patch (RFC 7396): what is put into the circuit; null takes out.")
      .exactOptional(),
    patch: z.array(patchSchema).describe("A JSON Patch (RFC 6902), applied after `merge`.").exactOptional(),
    train: z
      .strictObject({
        by: z
          .literal("backpropagation")
          .describe("The gradient of what the circuit makes of the data, through all steps of its settle."),
      })
      .meta({ id: "VariantTraining", description: "How the variant learns instead of by its own rules: a control." })
      .exactOptional(),
    adjust: z
      .array(pointer)
      .min(1)
      .describe(
        "JSON pointers to whole numbers (of channels) that may be changed to give the circuit as many parameters as the first one.",
      )
      .exactOptional(),
  })
  .meta({ id: "Variant", description: "A circuit of the comparison: a file, or a file with changes." });

const autoencoderSchema = z
  .strictObject({
    kind: z
      .enum(["conv-ae", "conv-dae", "conv-vae"] satisfies readonly BaselineKind[])
      .describe(
        "The Conv-NGC paper's autoencoder, the same taught to take noise away, or a variational one of like size.",
      ),
    title: z.string().describe("What tables and plots call it. Default its id.").exactOptional(),
    batch: count.describe("Samples per update. Default that of `training`, else 32.").exactOptional(),
    rate: positive.describe("Learning rate of Adam. Default that of `training`, else 0.001.").exactOptional(),
  })
  .meta({ id: "Autoencoder", description: "A model of another kind, trained by backpropagation, to compare with." });

const splitSchema = z.enum(["train", "validation", "test", "all"]);

const maskSchema = z
  .union([
    z.strictObject({ kind: z.literal("all").describe("The whole image is hidden; what else is observed stays.") }),
    z.strictObject({
      kind: z.literal("half").describe("One half is hidden."),
      missing: z.enum(["top", "bottom", "left", "right"]).describe("Which."),
    }),
    z.strictObject({
      kind: z.literal("box").describe("A rectangle at a random place is hidden."),
      height: count.describe("In pixels."),
      width: count.describe("In pixels."),
    }),
    z.strictObject({
      kind: z.literal("random").describe("Each pixel is hidden with this probability."),
      missing: z.number().min(0).max(1).describe("The probability."),
    }),
  ])
  .meta({ id: "Mask", description: "A part of an image." });

const taskSchema = z
  .strictObject({
    task: z.enum(tasks).describe("What is done, as in `settle eval --task`."),
    data: z.string().min(1).describe("Other data than the training's, as in `settle eval --data`.").exactOptional(),
    split: splitSchema.describe("Default test.").exactOptional(),
    limit: count.describe("The first so many samples. Default all.").exactOptional(),
    batch: count.describe("Samples settled together. Default 96.").exactOptional(),
    noise: z
      .union([positive, z.array(positive).min(1)])
      .describe("denoise, robustness: standard deviations of the noise, on the scale 0 … 1. Default the task's.")
      .exactOptional(),
    mask: z
      .union([maskSchema, z.array(maskSchema).min(1)])
      .describe("complete: what is hidden. Default the lower half.")
      .exactOptional(),
    occlusion: z
      .array(count)
      .min(1)
      .describe("robustness: sides of the grey squares, in pixels. Default the task's.")
      .exactOptional(),
    latents: z
      .array(z.string())
      .min(1)
      .describe("probe: the states it reads. Default those that nothing predicts.")
      .exactOptional(),
    training: count.describe("probe: it learns from the first so many training samples. Default 5000.").exactOptional(),
  })
  .meta({ id: "Task", description: "What trained circuits are scored on." });

/** Names of variants (`noise 0.2`) may hold anything. */
const metric = z.string().regex(/^[A-Za-z][A-Za-z0-9-]*\.[^\n]+$/);

export const budgets = ["parameters", "settleSteps", "flops", "wallTime"] as const;

export const experimentSchema = z
  .strictObject({
    $schema: z.string().describe("Where an editor finds this schema.").exactOptional(),
    version: z.literal(experimentVersion).describe("Version of the experiment language."),
    name: z
      .string()
      .regex(/^[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*$/)
      .describe("Letters, digits and single hyphens."),
    title: z.string().describe("A line for people.").exactOptional(),
    description: z.string().describe("What is asked, and which choices are made.").exactOptional(),
    circuits: z
      .record(id, variantSchema)
      .describe("What is compared, by id; budgets are those of the first, unless `baseline` names another."),
    autoencoders: z
      .record(id, autoencoderSchema)
      .describe("Compared with the circuits over the same seeds, data and noise, in the tasks they can do.")
      .exactOptional(),
    baseline: z
      .string()
      .describe("The circuit that the others are compared with. Default: each pair is compared.")
      .exactOptional(),
    data: z
      .strictObject({
        train: z.string().min(1).describe("As in `settle train --data`; tasks use it where they name no other."),
        split: splitSchema.describe("Default train.").exactOptional(),
        limit: count.describe("The first so many samples. Default all.").exactOptional(),
      })
      .meta({ id: "ExperimentData", description: "What the circuits are trained on." }),
    training: z
      .strictObject({
        epochs: count.describe("How often the data are seen."),
        batch: count.describe("Samples per update. Default each circuit's own.").exactOptional(),
        rate: positive.describe("Learning rate. Default each circuit's own.").exactOptional(),
      })
      .meta({ id: "Training", description: "The same for all circuits." }),
    seeds: z
      .union([count, z.array(z.int().min(0)).min(1)])
      .describe("How many (1, 2, …, n), or which. Every circuit is trained once with each."),
    equal: z
      .array(z.enum(budgets))
      .describe("What is held equal among the circuits. The rest is reported.")
      .exactOptional(),
    tolerance: z
      .number()
      .min(0)
      .lt(1)
      .describe("By which share what is held equal may differ. Default 0.01.")
      .exactOptional(),
    tasks: z.record(id, taskSchema).describe("What trained circuits are scored on, by id."),
    metrics: z
      .array(metric)
      .min(1)
      .describe('What is tested: TASK.METRIC, as in "reconstruct.mse" or "denoise.clamped.psnr".'),
    published: z
      .array(
        z
          .strictObject({
            circuit: z.string().describe("Of which circuit it was printed."),
            metric: metric.describe("One of `metrics`."),
            mean: z.number().describe("What was printed."),
            sd: z.number().min(0).describe("Its standard deviation, if that was printed.").exactOptional(),
            source: z.string().min(1).describe("Where it was printed, and under which conditions."),
          })
          .meta({ id: "PublishedFigure", description: "A figure of a paper, to be shown beside ours." }),
      )
      .describe("Figures of papers, shown beside ours. Nothing is tested against them.")
      .exactOptional(),
    hypotheses: z
      .array(
        z
          .strictObject({
            says: z.string().describe("For people.").exactOptional(),
            metric: metric.describe("One of `metrics`."),
            better: z.string().describe("A circuit."),
            than: z.string().describe("Another."),
          })
          .meta({ id: "Hypothesis", description: "What is expected, said before the runs." }),
      )
      .describe("What is expected, said before the runs.")
      .exactOptional(),
  })
  .meta({ title: "Settle experiment, version 1", description: "Circuits compared over paired seeds." });
