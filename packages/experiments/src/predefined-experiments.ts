/** The experiments that come with Settle: files of `experiments/`. */
import { readdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";

/** Where they lie, beside the packages. */
const folder = new URL("../../../experiments/", import.meta.url);

/** Names of the predefined experiments, sorted. */
export async function predefinedExperiments(): Promise<readonly string[]> {
  const entries = await readdir(folder).catch(() => []);
  return entries
    .filter((entry) => entry.endsWith(".json"))
    .map((entry) => entry.slice(0, -".json".length))
    .sort();
}

/** Path of a predefined experiment's file. */
export function predefinedExperimentFile(name: string): string {
  return fileURLToPath(new URL(`${name}.json`, folder));
}
