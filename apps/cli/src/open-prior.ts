/** What `sample` and `density` begin with: a run's circuit, its weights, and a prior fitted to where its top settles. */
import type { Run } from "@settle/runs";
import type { LatentPrior, Session } from "@settle/settle";
import { type Command, Option } from "commander";
import { addComputeOptions, type ComputeOptions, wholeNumber } from "./command.ts";
import type { Context } from "./context.ts";
import { renderDiagnostics } from "./render-diagnostics.ts";

export interface PriorOptions extends ComputeOptions {
  readonly components: number;
  readonly covariance?: "full" | "diagonal";
}

export function addPriorOptions(command: Command): void {
  command
    .option("--components <n>", "Gaussians in the mixture", wholeNumber(1), 75)
    .addOption(
      new Option("--covariance <kind>", "of each Gaussian; default full up to 64 numbers, diagonal above").choices([
        "full",
        "diagonal",
      ]),
    );
  addComputeOptions(command);
}

export interface OpenPrior {
  readonly prior: LatentPrior;
  readonly run: Run;
  readonly session: Session;
  /** Name of the training data it was fitted to. */
  readonly data: string;
  /** As the run was told of them: `color-mnist`, `cifar10:DIR`. */
  readonly reference: string;
  readonly dispose: () => Promise<void>;
}

/**
 * @param limit how many training images the prior is fitted to; default all
 * @throws {SettleError} `eval/no-data`, `runs/…`, `sample/no-top`, …
 */
export async function openPrior(
  reference: string,
  options: PriorOptions,
  limit: number | undefined,
  context: Context,
): Promise<OpenPrior> {
  const { createSession, fitLatentPrior, openCircuitOrRun, openDataset, settleError, weightsOfRun } =
    await import("@settle/settle");
  const { circuit, run } = await openCircuitOrRun(reference, { from: context.terminal.cwd });
  if (run === undefined) {
    throw settleError("runs/not-a-run", `"${reference}" is a circuit, and a circuit has learned nothing.`, {
      help: "train it, and name the run folder.",
    });
  }
  const settings = { engine: options.engine, ...(options.threads !== undefined && { threads: options.threads }) };
  const session = await createSession(circuit, { ...settings, seed: options.seed });
  try {
    await session.parameters.import(await weightsOfRun(run));
    const { data: trained, limit: trainedOn } = run.manifest.settings;
    if (typeof trained !== "string") {
      throw settleError("eval/no-data", "The run does not say what data it was trained on.", {
        help: "train it with `settle train`, which keeps that.",
      });
    }
    const fitted = limit ?? (typeof trainedOn === "number" ? trainedOn : undefined);
    const data = await openDataset(trained, { split: "train", ...(fitted !== undefined && { limit: fitted }) });
    try {
      await renderDiagnostics(data.notes, undefined, context);
      context.log(`Settling ${data.size} images of ${data.name}, to fit the prior to where the top states end.`);
      const bar = context.progress({ title: "fit", total: data.size, unit: "settled images" });
      try {
        const prior = await fitLatentPrior(circuit, session, {
          source: data,
          components: options.components,
          settings,
          ...(options.covariance && { covariance: options.covariance }),
          ...(options.batch !== undefined && { batch: options.batch }),
          onProgress: (done, total) => bar.update(done, done === total ? "fitting the mixture" : "", total),
          signal: context.interrupt,
        });
        const dispose = async (): Promise<void> => {
          await prior.dispose();
          await session.dispose();
        };
        return { prior, run, session, data: data.name, reference: trained, dispose };
      } finally {
        bar.stop();
      }
    } finally {
      await data.close();
    }
  } catch (fault) {
    await session.dispose();
    throw fault;
  }
}
