/** Finds out which engines work here and takes the one a user asked for. */
import { closest, type Diagnostic, settleError } from "@settle/diagnostics";
import type { Engine, EngineStatus } from "./engine.ts";

export interface ProbedEngine {
  readonly engine: Engine;
  readonly status: EngineStatus;
}

export type EngineChoice =
  | {
      readonly ok: true;
      readonly engine: Engine;
      readonly device: string;
      /** Every engine that was asked on the way, in order: those before the chosen one do not work here. */
      readonly probed: readonly ProbedEngine[];
    }
  | { readonly ok: false; readonly diagnostic: Diagnostic; readonly probed: readonly ProbedEngine[] };

/** Asks every engine whether it works here, one after the other. */
export async function probeEngines(engines: readonly Engine[]): Promise<readonly ProbedEngine[]> {
  const probed: ProbedEngine[] = [];
  for (const engine of engines) probed.push({ engine, status: await probe(engine) });
  return probed;
}

/**
 * Takes the first engine of the list that works and that `wanted` names.
 *
 * @param engines in order of preference
 * @param wanted  `auto` for any; a name (`tfjs:wasm`); or the part before the colon (`tfjs`) for the best of that family
 * @returns the engine, or a diagnostic (`engine/unknown`, `engine/unavailable`) that says why each does not work and
 *   what to do about it
 */
export async function chooseEngine(engines: readonly Engine[], wanted: string): Promise<EngineChoice> {
  const candidates = engines.filter(
    ({ name }) => wanted === "auto" || name === wanted || name.startsWith(`${wanted}:`),
  );
  if (candidates.length === 0) return { ok: false, diagnostic: unknownEngine(engines, wanted), probed: [] };
  const probed: ProbedEngine[] = [];
  for (const engine of candidates) {
    const status = await probe(engine);
    probed.push({ engine, status });
    if (status.available) return { ok: true, engine, device: status.device, probed };
  }
  return { ok: false, diagnostic: unavailable(probed, wanted), probed };
}

async function probe(engine: Engine): Promise<EngineStatus> {
  try {
    return await engine.probe();
  } catch (error) {
    // The contract forbids it, yet one bad engine must not take the others down.
    return { available: false, reason: `its probe failed: ${error instanceof Error ? error.message : String(error)}` };
  }
}

function unknownEngine(engines: readonly Engine[], wanted: string): Diagnostic {
  const names = ["auto", ...engines.map(({ name }) => name)];
  const nearest = closest(wanted, names);
  return settleError("engine/unknown", `There is no engine "${wanted}".`, {
    help: `${nearest === undefined ? "" : `did you mean "${nearest}"? `}Known: ${names.join(", ")}.`,
  }).diagnostic;
}

function unavailable(probed: readonly ProbedEngine[], wanted: string): Diagnostic {
  const reasons = probed.map(({ engine, status }) => `${engine.name}: ${status.available ? "works" : status.reason}`);
  const remedies = probed.flatMap(({ engine, status }) =>
    status.available || status.remedy === undefined ? [] : [`${engine.name}: ${status.remedy}`],
  );
  return settleError(
    "engine/unavailable",
    wanted === "auto" ? "No engine works here." : `Engine "${wanted}" does not work here.`,
    {
      note: reasons.join("\n"),
      help: remedies.length > 0 ? remedies.join("\n") : "use `--engine auto` to take any engine that works here",
    },
  ).diagnostic;
}
