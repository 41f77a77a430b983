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
 * The text of a circuit under another name, comments and layout kept where it is JSON.
 * @throws {CircuitError} as `loadCircuit`
 */
export async function copyCircuit(reference: string, { name, schema, from }: CopyOptions): Promise<string> {
  const { spec, file } = await loadCircuit(reference, from === undefined ? {} : { from });
  if (!/\.jsonc?$/.test(file)) return printCircuit({ ...spec, $schema: schema, name });
  let text = await readFile(resolve(from ?? process.cwd(), file), "utf8");
  const options = { formattingOptions: { insertSpaces: true, tabSize: 2 } };
  text = applyEdits(text, modify(text, ["name"], name, options));
  return applyEdits(text, modify(text, ["$schema"], schema, { ...options, getInsertionIndex: () => 0 }));
}
