/** Which engine computes: the named one, or the fastest that works here. */
import { SettleError } from "@settle/diagnostics";
import { type Engine, type EngineStatus, chooseEngine as chooseAmong, probeEngines } from "@settle/runtime";
import { type EngineEntry, engineRegistry } from "./engine-registry.ts";

/** What works here, and why the rest does not. */
export interface EngineReport {
  readonly engines: readonly ({ readonly name: string; readonly description: string } & EngineStatus)[];
  /** What `auto` takes. */
  readonly auto: string;
}

/** Asks every engine whether it works here. */
export async function engines(registry: readonly EngineEntry[] = engineRegistry): Promise<EngineReport> {
  const probed = await probeEngines(await Promise.all(registry.map(loadEngine)));
  return {
    engines: probed.map(({ engine, status }) => ({ name: engine.name, description: engine.description, ...status })),
    auto: probed.find(({ status }) => status.available)?.engine.name ?? "reference",
  };
}

/**
 * Finds the engine to compute with.
 *
 * @param name  a name of `settle engines`; `tfjs` is the best of that family; `auto` the fastest that works
 * @throws {SettleError} `engine/unknown` with the closest name, `engine/unavailable` with the remedy
 */
export async function chooseEngine(name = "auto", registry: readonly EngineEntry[] = engineRegistry): Promise<Engine> {
  const named = registry.filter((entry) => entry.name === name || entry.name.startsWith(`${name}:`));
  const choice = await chooseAmong(await Promise.all((named.length > 0 ? named : registry).map(loadEngine)), name);
  if (!choice.ok) throw new SettleError(choice.diagnostic);
  return choice.engine;
}

/** An engine whose package cannot be loaded is one that does not work here, never a crash. */
export async function loadEngine(entry: EngineEntry): Promise<Engine> {
  try {
    return await entry.load();
  } catch (fault) {
    const reason = fault instanceof Error ? (fault.message.split("\n")[0] ?? "") : String(fault);
    return {
      name: entry.name,
      description: "not installed",
      probe: () => Promise.resolve({ available: false, reason: `its package cannot be loaded: ${reason}` }),
      load: () => Promise.reject(fault),
    };
  }
}
