import type { Diagnostic } from "@settle/settle";
import { availableParallelism } from "node:os";
import { resolve } from "node:path";
import { type CommandDefinition, wholeNumber } from "../command.ts";
import { exitCodes } from "../exit-code.ts";
import { formatSeconds, type Progress } from "../progress.ts";
import { renderDiagnostics } from "../render-diagnostics.ts";

interface ExperimentOptions {
  readonly run?: string;
  readonly resume: boolean;
  readonly workers: number;
  readonly engine: string;
}

export const compareCommand: CommandDefinition = {
  name: "compare",
  summary: "train the circuits of an experiment over paired seeds, test their differences, write a report",
  examples: [
    ["settle compare wiring --run runs/wiring", "a predefined experiment"],
    ["settle compare mine.json --run runs/mine --workers 4", "four runs at a time"],
    ["settle compare mine.json --run runs/mine --resume", "go on with it; finished runs are kept"],
    ["settle compare mine.json --run runs/mine --resume --json", "what it came to, for a script"],
  ],
  define(command) {
    command
      .argument("<experiment>", "an experiment file (.json, .ts) or a predefined name")
      .option("--run <dir>", "the folder that keeps everything; default runs/EXPERIMENT")
      .option("--resume", "go on with the comparison that is there", false)
      .option(
        "--workers <n>",
        "how many runs at a time, each a process with one thread",
        wholeNumber(1),
        availableParallelism(),
      )
      .option("--engine <name>", "what computes; `settle engines` lists them", "auto");
  },
  async run(context, command) {
    const { compareExperiment, comparisonJson, loadExperiment, writeComparison } = await import("@settle/experiments");
    const { describeComparison } = await import("../describe-comparison.ts");
    const options = command.opts<ExperimentOptions>();
    const { cwd } = context.terminal;
    const began = performance.now();
    const experiment = await loadExperiment(command.args[0] ?? "", { from: cwd });
    const dir = resolve(cwd, options.run ?? `runs/${experiment.spec.name}`);
    const told: Diagnostic[] = [];
    let bar: Progress | undefined;
    const show = (text: string): void => (bar === undefined ? context.log(text) : bar.log(text));
    try {
      const compared = await compareExperiment(experiment, {
        dir,
        resume: options.resume,
        workers: options.workers,
        engine: options.engine,
        command: ["settle", ...context.argv],
        signal: context.interrupt,
        onPlan: ({ contenders, seeds, engine, training }) =>
          context.log(
            `Comparing ${contenders.map(({ id }) => id).join(", ")} over ${seeds.length} seeds on ${training.data.name}, with ${engine}.`,
          ),
        onMeasure: (done, total) => {
          if (done === 0) show(`Compiling and measuring ${total} ${total === 1 ? "circuit" : "circuits"}.`);
          bar ??= context.progress({ title: "compiling and measuring", total, unit: "circuits" });
          bar.update(done);
        },
        onEstimate: ({ seconds, made, kept }) => {
          bar?.stop();
          bar = undefined;
          if (seconds === undefined) return;
          const workers = `${options.workers} ${options.workers === 1 ? "worker" : "workers"}`;
          context.log(
            `${made} runs to make${kept > 0 ? `, ${kept} kept` : ""}: about ${formatSeconds(seconds)} with ${workers}, as measured here.`,
          );
          bar = context.progress({ title: "compare", total: 0, unit: "seconds of work" });
        },
        onProgress: (done, total, note) => bar?.update(Math.round(done), note, Math.max(1, Math.round(total))),
        onDiagnostic: (diagnostic) => {
          told.push(diagnostic);
          show(`${diagnostic.severity}[${diagnostic.code}]  ${diagnostic.message}`);
        },
      });
      bar?.stop();
      bar = undefined;
      const comparison = await writeComparison(experiment, compared, began);
      await renderDiagnostics(
        told.filter(({ severity }) => severity === "error"),
        undefined,
        context,
      );
      context.document(comparisonJson(comparison));
      context.print(describeComparison(comparison, context.colors));
      if (context.interrupt.aborted) {
        context.log(`Stopped; what is done is kept. Go on with: --run ${dir} --resume`);
        return exitCodes.interrupted;
      }
      return comparison.runs.some(({ status }) => status === "failed") ? exitCodes.runFailed : exitCodes.done;
    } finally {
      bar?.stop();
    }
  },
};
