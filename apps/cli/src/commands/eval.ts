import { Option } from "commander";
import type { Evaluation, Task } from "@settle/settle";
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
  readonly noise: number;
  readonly hide: "bottom" | "top" | "left" | "right";
  readonly pictures: number;
}

export const evalCommand: CommandDefinition = {
  name: "eval",
  summary: "score what a trained circuit makes of images it has not seen",
  examples: [
    ["settle eval runs/first --task reconstruct", "on the test images of what it was trained on"],
    ["settle eval runs/first --task denoise --data cifar10:DIR", "on other data"],
    ["settle eval mine.json --weights update-00000100.safetensors --data color-mnist", "weights from a file"],
    ["settle eval conv-ngc --data color-mnist --limit 20", "the untrained circuit"],
  ],
  define(command) {
    command
      .argument("<source>", "a run folder, a circuit file or a predefined name")
      .addOption(
        new Option("--task <task>", "what to do")
          .choices(["reconstruct", "denoise", "complete"])
          .default("reconstruct"),
      )
      .option("--data <data>", "NAME, NAME:DIR or a folder of pictures; default what the run was trained on")
      .addOption(
        new Option("--split <split>", "which part of the data")
          .choices(["train", "validation", "test", "all"])
          .default("test"),
      )
      .option("--weights <file>", "a .safetensors file; default the run's newest checkpoint")
      .option("--noise <sd>", "denoise: standard deviation of the noise, on the scale 0 … 1", positiveNumber, 0.1)
      .addOption(
        new Option("--hide <half>", "complete: which half")
          .choices(["bottom", "top", "left", "right"])
          .default("bottom"),
      )
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
      const loadSeconds = (performance.now() - loadBegan) / 1000;
      const bar = context.progress({ title: options.task, total: 0, unit: "settled images" });
      let evaluation: Evaluation;
      try {
        evaluation = await evaluate(session, {
          source: data,
          task: options.task,
          noise: options.noise,
          mask: { kind: "half", missing: options.hide },
          pictures: run === undefined ? 0 : options.pictures,
          batch: options.batch ?? 20,
          signal: context.interrupt,
          onProgress: (done, total) => bar.update(done, "", total),
        });
      } finally {
        bar.stop();
        await data.close();
      }
      const picture = run && evaluation.pictures.length > 0 ? await writeEvaluation(run, evaluation) : undefined;
      printEvaluation(context, evaluation, picture);
      context.document({
        task: evaluation.task,
        data: evaluation.data,
        images: evaluation.images,
        metrics: evaluation.metrics,
        variants: evaluation.variants,
        discrepancy: evaluation.discrepancy,
        diverged: evaluation.diverged,
        ...(picture !== undefined && { picture }),
        seconds: {
          compile: compileSeconds,
          load: loadSeconds,
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
