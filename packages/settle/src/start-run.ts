/** From a session and its data to a run folder that can be repeated from what it says. */
import type { Diagnostic } from "@settle/diagnostics";
import { checkSource, type SampleSource, type Session } from "@settle/runtime";
import type { Json, TrainingRun } from "@settle/runs";
import { type ChosenParameters, printCircuit } from "@settle/spec";
import { readFileSync } from "node:fs";
import type { LoadedCircuit } from "./load-circuit.ts";

export interface StartRunOptions {
  readonly circuit: LoadedCircuit;
  readonly session: Session;
  /** By what they are for: `training`, `validation`, `test`. */
  readonly data: Readonly<Record<string, SampleSource>>;
  /** What was asked for, defaults filled in. */
  readonly settings: Readonly<Record<string, Json>>;
  /** The command line. */
  readonly command: readonly string[];
  /** Go on with the run that is there. Default false. */
  readonly resume?: boolean;
  /** Delete the run that is there. Default false. */
  readonly overwrite?: boolean;
  readonly onDiagnostic?: (diagnostic: Diagnostic) => void;
}

/**
 * Makes, or with `resume` reopens, the run folder of a training; `close` it in the end.
 * @throws {SettleError} `data/…` where the data do not fit the circuit, `runs/exists`, `runs/other-circuit`,
 *   `runs/locked`, …; the folder is then as it was
 */
export async function startRun(dir: string, options: StartRunOptions): Promise<TrainingRun> {
  const { circuit, session, data, settings, command, resume = false, overwrite = false, onDiagnostic } = options;
  const { program, engine, seed } = session;
  for (const source of Object.values(data)) checkSource(program, source);
  const start = {
    circuit: {
      ...program.circuit,
      file: circuit.file,
      ...(circuit.source.text !== undefined && Object.keys(circuit.parameters).length > 0
        ? { parameters: valuesOf(circuit.parameters) }
        : {}),
      // A module's text alone could not be run again elsewhere.
      source: circuit.source.text ?? printCircuit(circuit.spec),
    },
    settings,
    seeds: { training: seed },
    data: Object.fromEntries(
      Object.entries(data).map(([use, { name, hash, size }]) => [use, { name, hash, samples: size }]),
    ),
    command,
    engine: { name: engine.name, device: engine.device, dtype: engine.dtype, deterministic: engine.deterministic },
    versions: { node: process.version, settle: settleVersion },
  };
  // Loaded here, with all it draws reports with, so that checking a circuit stays quick.
  const { createRun } = await import("@settle/runs");
  return createRun(dir, start, { resume, overwrite, ...(onDiagnostic && { onDiagnostic }) });
}

/** The values that stand in a circuit, by name. */
function valuesOf(parameters: ChosenParameters): Record<string, Json> {
  return Object.fromEntries(Object.entries(parameters).map(([name, { value }]) => [name, value as Json]));
}

/** Of this Settle. */
export const { version: settleVersion } = JSON.parse(
  readFileSync(new URL("../package.json", import.meta.url), "utf8"),
) as { readonly version: string };
