import { printCircuit } from "@settle/spec";
import { applyEdits, modify } from "jsonc-parser";
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { loadCircuit, type LoadOptions } from "./load-circuit.ts";

/** Path of the JSON Schema of circuit files. */
export const circuitSchemaFile = fileURLToPath(new URL("../../spec/schema/circuit-v1.schema.json", import.meta.url));

export interface CopyOptions extends LoadOptions {
  readonly name: string;
  /** What the copy's `$schema` says. */
  readonly schema: string;
}

/**
 * The text of a circuit under another name, comments and layout kept where it is JSON. Values given for its parameters
 * become their defaults; a template in TypeScript becomes the one circuit that it builds from them.
 * @throws {CircuitError} as `loadCircuit`
 */
export async function copyCircuit(reference: string, options: CopyOptions): Promise<string> {
  const { name, schema, ...loading } = options;
  const { spec, file, parameters } = await loadCircuit(reference, loading);
  if (!/\.jsonc?$/.test(file)) return printCircuit({ ...spec, $schema: schema, name });
  let text = await readFile(resolve(loading.from ?? process.cwd(), file), "utf8");
  const formattingOptions = { insertSpaces: true, tabSize: 2 };
  const set = (path: string[], value: unknown, first = false): void => {
    const edits = modify(text, path, value, { formattingOptions, ...(first && { getInsertionIndex: () => 0 }) });
    text = applyEdits(text, edits);
  };
  set(["name"], name);
  for (const [parameter, { value, given }] of Object.entries(parameters)) {
    if (given) set(["parameters", parameter, "default"], value);
  }
  set(["$schema"], schema, true);
  return text;
}
