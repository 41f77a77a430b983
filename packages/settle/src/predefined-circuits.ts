/** The circuits that come with Settle: folders of `circuits/`, each holding a `circuit.json`. */
import { readdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";

/** Where they lie, beside the packages. */
const folder = new URL("../../../circuits/", import.meta.url);

/** Names of the predefined circuits, sorted. */
export async function predefinedCircuits(): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}

/** Path of a predefined circuit's file. */
export function predefinedCircuitFile(name: string): string {
  return fileURLToPath(new URL(`${name}/circuit.json`, folder));
}
