/** What a run trains: a circuit on its engine, or an autoencoder that answers as a circuit would. */
import { createSession, type LoadedCircuit, type Session } from "@settle/settle";
import { memorySource } from "@settle/spec";
import type { RunJob } from "./run-job.ts";

/** @throws {SettleError} `engine/…` */
export async function openModel({ model, run, threads }: RunJob): Promise<Session> {
  const { engine, seed, batch, rate, by } = { ...run.identity, seed: run.seed };
  switch (model.kind) {
    case "circuit":
      return createSession(model.spec, { engine, seed, threads, ...(by !== undefined && { learning: by }) });
    case "autoencoder": {
      const { createBaselineSession } = await import("@settle/baselines");
      return createBaselineSession(model.autoencoder, { shape: model.shape, seed, backend: engine, batch, rate });
    }
    default:
      return model satisfies never;
  }
}

/** What the run's folder says of it. */
export function describeModel({ model, run }: RunJob): LoadedCircuit {
  const { spec, text } =
    model.kind === "circuit"
      ? { spec: model.spec, text: undefined }
      : {
          spec: { version: 1, name: model.autoencoder, states: {}, errors: {}, synapses: {} } as const,
          text: `the autoencoder ${model.autoencoder}, for images of ${model.shape.join(" × ")}\n`,
        };
  const source = { ...memorySource(), ...(text !== undefined && { text }) };
  return { spec, file: run.circuit, source, parameters: {}, diagnostics: [] };
}
