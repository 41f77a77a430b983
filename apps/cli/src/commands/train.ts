import type { Dataset } from "@settle/data";
import type { TrainingRun } from "@settle/runs";
import type { Evaluation, LoadOptions, Session, TrainingResult } from "@settle/settle";
import type { Command } from "commander";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { addComputeOptions, type CommandDefinition, positiveNumber, wholeNumber } from "../command.ts";
import { compileCircuit } from "../compile-circuit.ts";
import type { Context } from "../context.ts";
import { type ExitCode, exitCodes } from "../exit-code.ts";
import { formatSeconds } from "../progress.ts";
import { renderDiagnostics } from "../render-diagnostics.ts";
import { followTraining } from "../follow-training.ts";
import { writeTrainingReport } from "../write-training-report.ts";

interface TrainOptions {
  readonly data: string;
  readonly epochs: number;
  readonly run?: string;
  readonly resume: boolean;
  readonly overwrite: boolean;
  readonly rate?: number;
  readonly schedule?: string;
  readonly validate?: number;
  readonly engine: string;
  readonly threads?: number;
  readonly seed: number;
  readonly batch?: number;
  readonly limit?: number;
}

export const trainCommand: CommandDefinition = {
  name: "train",
  summary: "settle and learn; keep everything in a run folder",
  examples: [
    ["settle train conv-ngc --data color-mnist --limit 2000 --batch 20 --rate 0.004 --run runs/first", "two minutes"],
    ["settle train mine.json --data cifar10:DIR --epochs 30 --run runs/mine", "official files in DIR"],
    ["settle train mine.json --epochs 30 --schedule cosine:warmup=100,final=0.05", "a rate that rises, then falls"],
    ["settle train mine.json --run runs/mine --epochs 60 --resume", "go on with it, with its own settings"],
  ],
  define(command) {
    command
      .argument("<circuit>", "a circuit file or a predefined name")
      .option("--data <data>", "NAME, NAME:DIR or a folder of pictures; `settle data` lists the names", "color-mnist")
      .option("--epochs <n>", "how often the data are seen; with --resume, the earlier ones counted", wholeNumber(0), 1)
      .option("--run <dir>", "the run folder; default runs/CIRCUIT")
      .option("--resume", "go on with the run that is there", false)
      .option("--overwrite", "delete the run that is there", false)
      .option("--rate <number>", "learning rate; default the circuit's", positiveNumber)
      .option("--schedule <how>", "how the rate changes: cosine, linear:from=0.5, step:every=1000,factor=0.5, constant")
      .option("--validate <n>", "settle so many validation images after every epoch", wholeNumber(1));
    addComputeOptions(command);
  },
  async run(context, command) {
    const { createSession, loadCircuit, openDataset, readSchedule, startRun, train } = await import("@settle/settle");
    const began = performance.now();
    const reference = command.args[0] ?? "";
    const { spec } = await loadCircuit(reference, context.loading);
    const options = await trainOptions(command, spec.name, context);
    const { circuit, compiled } = await compileCircuit(reference, context, options.loading);
    const compileSeconds = (performance.now() - began) / 1000;
    const { cwd } = context.terminal;
    if (command.getOptionValueSource("data") === "default" && !options.resume)
      context.log(`No --data was given: ${options.data} it is.`);
    const data = await openDataset(options.data, {
      split: "train",
      ...(options.limit !== undefined && { limit: options.limit }),
    });
    const validation =
      options.validate === undefined
        ? undefined
        : await openDataset(options.data, { split: "validation", limit: options.validate });
    await renderDiagnostics([...data.notes, ...(validation?.notes ?? [])], undefined, context);
    const session = await createSession(circuit, {
      engine: options.engine,
      seed: options.seed,
      ...(options.threads !== undefined && { threads: options.threads }),
    });
    try {
      const batch = options.batch ?? compiled.program.learn.batch;
      const rate = options.rate ?? compiled.program.learn.rate;
      const schedule = options.schedule === undefined ? undefined : readSchedule(options.schedule);
      const run = await startRun(resolve(cwd, options.run), {
        circuit,
        session,
        data: { training: data, ...(validation && { validation }) },
        settings: settingsOf({ ...options, batch, rate }),
        command: ["settle", ...context.argv],
        resume: options.resume,
        overwrite: options.overwrite,
        onDiagnostic: (diagnostic) => void renderDiagnostics([diagnostic], undefined, context),
      });
      context.log(
        `Training ${circuit.spec.name} on ${data.name}, ${data.size} images, with ${session.engine.name} (${session.engine.device}).`,
      );
      const follow = followTraining(context, options.epochs);
      try {
        const result = await train(session, {
          source: data,
          ...(validation && { validation }),
          epochs: options.epochs,
          batch,
          rate,
          ...(schedule && { schedule }),
          store: run,
          resume: options.resume,
          signal: context.interrupt,
          onEvent: follow.onEvent,
        });
        follow.stop();
        const evaluation = validation && result.kind === "done" ? await showValidation(session, validation) : undefined;
        await run.finish(statusOf[result.kind], { discrepancy: result.discrepancy?.total ?? null });
        // Said before the report is made: nobody who stops something should wait to hear that it has.
        if (result.kind === "interrupted") {
          const { updates } = result.position;
          context.log(`Stopped after update ${updates}; all of it is kept. Go on with: --run ${run.dir} --resume`);
        }
        await writeTrainingReport(run, { compiled, result, ...(evaluation && { evaluation }) });
        return await report(context, { result, run, compileSeconds });
      } catch (fault) {
        await run.finish("failed");
        throw fault;
      } finally {
        follow.stop();
        await run.close();
      }
    } finally {
      await session.dispose();
      await data.close();
      await validation?.close();
    }
  },
};

type FinalOptions = TrainOptions & { readonly run: string; readonly loading: LoadOptions };

/** What `--resume` takes up again. */
const keptSettings = ["data", "epochs", "rate", "schedule", "validate", "engine", "seed", "batch", "limit"] as const;

function settingsOf(options: FinalOptions): Record<string, string | number> {
  const kept = keptSettings.map((key) => [key, options[key]] as const);
  return Object.fromEntries(
    kept.filter((entry): entry is [(typeof keptSettings)[number], string | number] => entry[1] !== undefined),
  );
}

/** What was typed; with --resume, what was not typed is as the run had it. */
async function trainOptions(command: Command, name: string, context: Context): Promise<FinalOptions> {
  const { openRun } = await import("@settle/runs");
  const typed = command.opts<TrainOptions>();
  const options = { ...typed, run: typed.run ?? `runs/${name}`, loading: context.loading };
  if (!options.resume) return options;
  const dir = resolve(context.terminal.cwd, options.run);
  if (!existsSync(join(dir, "run.json"))) return options;
  const { manifest } = await openRun(dir);
  options.loading = { parameters: manifest.circuit.parameters ?? {}, ...context.loading };
  // The engine that ran, not the `auto` that chose it: only the same one goes on bit for bit.
  const before: Record<string, unknown> = { ...manifest.settings, engine: manifest.engine.name };
  for (const key of keptSettings) {
    const source = command.getOptionValueSource(key);
    const value = before[key];
    if ((source === undefined || source === "default") && value !== undefined && value !== null) {
      Object.assign(options, { [key]: value });
    }
  }
  return options;
}

const statusOf = { done: "finished", interrupted: "interrupted", diverged: "failed" } as const;

/** A few validation images for the report; none where the data are no pictures. */
async function showValidation(session: Session, source: Dataset): Promise<Evaluation | undefined> {
  const { evaluate } = await import("@settle/settle");
  const [, , channels] = source.fields["image"] ?? [];
  if (channels !== 1 && channels !== 3) return undefined;
  return evaluate(session, { source, task: "reconstruct", limit: 8, pictures: 8 });
}

async function report(
  context: Context,
  { result, run, compileSeconds }: { result: TrainingResult; run: TrainingRun; compileSeconds: number },
): Promise<ExitCode> {
  const { seconds, position, discrepancy, validation, stability } = result;
  context.document({
    run: run.dir,
    epochs: position.epoch - 1,
    steps: result.steps,
    status: result.kind,
    final: {
      discrepancy: discrepancy?.total ?? null,
      ...(discrepancy && { errors: discrepancy.errors }),
      ...(validation && { validation: validation.total }),
      ...(stability && { lambdaMax: stability.lambdaMax, limit: stability.limit }),
    },
    seconds: { compile: compileSeconds, ...seconds },
    imagesPerSecond: result.imagesPerSecond,
    engine: { name: run.manifest.engine.name, device: run.manifest.engine.device },
  });
  switch (result.kind) {
    case "done":
      context.print(
        `${result.steps} updates in ${formatSeconds(seconds.total)} (${result.imagesPerSecond.toFixed(0)} images/s)` +
          (discrepancy ? `; discrepancy ${discrepancy.total.toFixed(3)}` : "") +
          `${stability ? `; λmax ${stability.lambdaMax.toFixed(1)} (a linear settle diverges above ${stability.limit.toPrecision(3)})` : ""}. The run is in ${run.dir}: report.html shows it.`,
      );
      return exitCodes.done;
    case "interrupted":
      return exitCodes.interrupted;
    case "diverged":
      await renderDiagnostics([result.diagnostic], undefined, context);
      context.log(`The weights from before are kept in ${run.dir}.`);
      return exitCodes.runFailed;
    default:
      return result satisfies never;
  }
}
