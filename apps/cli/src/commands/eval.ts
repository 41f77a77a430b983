import type { Dataset, Mask } from "@settle/data";
import type { Run } from "@settle/runs";
import type { Evaluation, Task } from "@settle/settle";
import { InvalidArgumentError, Option } from "commander";
import {
  addComputeOptions,
  type CommandDefinition,
  type ComputeOptions,
  positiveNumber,
  wholeNumber,
} from "../command.ts";
import { exitCodes } from "../exit-code.ts";
import { renderDiagnostics } from "../render-diagnostics.ts";

interface EvalOptions extends ComputeOptions {
  readonly task: Task;
  readonly data?: string;
  readonly split: "train" | "validation" | "test" | "all";
  readonly weights?: string;
  readonly noise?: readonly number[];
  readonly hide?: readonly Mask[];
  readonly occlude?: readonly number[];
  readonly latents?: readonly string[];
  readonly training: number;
  readonly pictures: number;
}

export const evalCommand: CommandDefinition = {
  name: "eval",
  summary: "score what a trained circuit makes of images it has not seen",
  examples: [
    ["settle eval runs/first --task reconstruct", "on the test images of what it was trained on"],
    ["settle eval runs/first --task denoise --noise 0.05,0.1,0.2", "three levels of noise"],
    ["settle eval runs/first --task complete --hide bottom,box:8x8,random:0.5", "three ways to hide a part"],
    ["settle eval runs/first --data cifar10:DIR", "on other data: out of distribution, and reported as such"],
    ["settle eval runs/first --task robustness --occlude 8,16", "under noise and grey squares"],
    ["settle eval runs/first --task probe --latents z4 --training 2000", "classes read off z4 by a linear map"],
    ["settle eval mine.json --weights update-00000100.safetensors --data color-mnist", "weights from a file"],
    ["settle eval conv-ngc --data color-mnist --limit 20", "the untrained circuit"],
  ],
  define(command) {
    command
      .argument("<source>", "a run folder, a circuit file or a predefined name")
      .addOption(
        new Option("--task <task>", "what to do")
          .choices(["reconstruct", "denoise", "complete", "classify", "probe", "robustness"] satisfies Task[])
          .default("reconstruct"),
      )
      .option("--data <data>", "NAME, NAME:DIR or a folder of pictures; default what the run was trained on")
      .addOption(
        new Option("--split <split>", "which part of the data")
          .choices(["train", "validation", "test", "all"])
          .default("test"),
      )
      .option("--weights <file>", "a .safetensors or .npz file; default the run's newest checkpoint")
      .option(
        "--noise <sd,…>",
        "denoise, robustness: standard deviations of the noise, on the scale 0 … 1; default 0.1, or 0.05,0.1,0.2",
        listOf(positiveNumber),
      )
      .option(
        "--hide <part,…>",
        "complete: bottom, top, left, right, all, box:HEIGHTxWIDTH or random:SHARE; default bottom",
        listOf(maskOf),
      )
      .option("--occlude <n,…>", "robustness: sides of the grey squares, in pixels", listOf(wholeNumber(1)))
      .option("--latents <id,…>", "probe: the states it reads; default the top ones", listOf(String))
      .option("--training <n>", "probe: the first N training samples are what it learns from", wholeNumber(10), 5000)
      .option("--pictures <n>", "how many images a run folder's picture shows", wholeNumber(0), 8);
    addComputeOptions(command);
  },
  async run(context, command) {
    const { createSession, evaluate, openCircuitOrRun, openDataset, settleError, weightsOfFile, weightsOfRun } =
      await import("@settle/settle");
    const { printEvaluation, writeEvaluation } = await import("../evaluation-report.ts");
    const options = command.opts<EvalOptions>();
    const { cwd } = context.terminal;
    const began = performance.now();
    const { circuit, run } = await openCircuitOrRun(command.args[0] ?? "", context.loading);
    const session = await createSession(circuit, {
      engine: options.engine,
      seed: options.seed,
      ...(options.threads !== undefined && { threads: options.threads }),
    });
    const compileSeconds = (performance.now() - began) / 1000;
    try {
      const loadBegan = performance.now();
      const weights =
        options.weights !== undefined
          ? await weightsOfFile(options.weights, { from: cwd })
          : run && (await weightsOfRun(run));
      if (weights !== undefined) await session.parameters.import(weights);
      else context.log("No weights were given: this is the untrained circuit.");
      const reference = options.data ?? run?.manifest.settings["data"];
      if (typeof reference !== "string") {
        throw settleError("eval/no-data", "There are no data to evaluate on.", {
          help: "name them: --data color-mnist; `settle data` lists what there is.",
        });
      }
      const data = await openDataset(reference, {
        split: options.split,
        ...(options.limit !== undefined && { limit: options.limit }),
      });
      await renderDiagnostics(data.notes, undefined, context);
      const trainedOn = run && otherTrainingData(run, data, reference);
      const training =
        options.task === "probe"
          ? await openDataset(reference, { split: "train", limit: options.training })
          : undefined;
      const loadSeconds = (performance.now() - loadBegan) / 1000;
      const bar = context.progress({ title: options.task, total: 0, unit: "settled images" });
      let evaluation: Evaluation;
      try {
        evaluation = await evaluate(session, {
          source: data,
          task: options.task,
          ...(options.noise && { noise: options.noise }),
          ...(options.hide && { mask: options.hide }),
          ...(options.occlude && { occlusion: options.occlude }),
          ...(options.latents && { latents: options.latents }),
          ...(training && { training }),
          pictures: run === undefined ? 0 : options.pictures,
          batch: options.batch ?? 20,
          signal: context.interrupt,
          onProgress: (done, total) => bar.update(done, "", total),
        });
      } finally {
        bar.stop();
        await data.close();
        await training?.close();
      }
      const picture = run && evaluation.pictures.length > 0 ? await writeEvaluation(run, evaluation) : undefined;
      if (trainedOn !== undefined) context.print(`Out of distribution: the circuit was trained on ${trainedOn}.`);
      await printEvaluation(context, evaluation, picture);
      context.document({
        task: evaluation.task,
        data: evaluation.data,
        ...(trainedOn !== undefined && { outOfDistribution: true, trainedOn }),
        images: evaluation.images,
        metrics: evaluation.metrics,
        variants: evaluation.variants,
        discrepancy: evaluation.discrepancy,
        diverged: evaluation.diverged,
        ...(picture !== undefined && { picture }),
        seconds: {
          compile: compileSeconds,
          load: loadSeconds + evaluation.loadSeconds,
          settle: evaluation.settleSeconds,
          total: (performance.now() - began) / 1000,
        },
        imagesPerSecond: evaluation.imagesPerSecond,
        engine: { name: session.engine.name, device: session.engine.device },
      });
      return exitCodes.done;
    } finally {
      await session.dispose();
    }
  },
};

/** The name of the run's training data, if these are of another set. */
function otherTrainingData(run: Run, data: Dataset, reference: string): string | undefined {
  const name = run.manifest.data["training"]?.name;
  if (name === undefined) return undefined;
  const sameSet = name.startsWith(`${data.set} `);
  // Folders of pictures have no name but where they lie.
  const samePlace = data.set !== "folder" || run.manifest.settings["data"] === reference;
  return sameSet && samePlace ? undefined : name;
}

function listOf<T>(parse: (text: string) => T): (text: string) => readonly T[] {
  return (text) => text.split(",").map((part) => parse(part.trim()));
}

function maskOf(text: string): Mask {
  const box = /^box:(\d+)x(\d+)$/.exec(text);
  if (box) return { kind: "box", height: Number(box[1]), width: Number(box[2]) };
  const random = /^random:(0?\.\d+|1|1\.0+)$/.exec(text);
  if (random) return { kind: "random", missing: Number(random[1]) };
  if (text === "all") return { kind: "all" };
  if (text === "bottom" || text === "top" || text === "left" || text === "right")
    return { kind: "half", missing: text };
  throw new InvalidArgumentError("A part is bottom, top, left, right, all, box:8x8 (height × width) or random:0.5.");
}
