/** From what a person types to a circuit: a path to a `.json`, `.jsonc`, `.ts` or `.js` file, or a predefined name. */
import { closest, type Diagnostic, settleError, SettleError } from "@settle/diagnostics";
import {
  type ChosenParameters,
  type CircuitSpec,
  type GivenParameters,
  instantiateTemplate,
  isTemplate,
  memorySource,
  parseCircuit,
  type SourceText,
  validateCircuit,
} from "@settle/spec";
import { readFile, stat } from "node:fs/promises";
import { extname, resolve } from "node:path";
import { CircuitError } from "./circuit-error.ts";
import { predefinedCircuitFile, predefinedCircuits } from "./predefined-circuits.ts";

export interface LoadedCircuit {
  readonly spec: CircuitSpec;
  /** Where it came from, as the user gave it. */
  readonly file: string;
  readonly source: SourceText;
  /** The parameters it declares, each with its value; empty for a circuit that declares none. */
  readonly parameters: ChosenParameters;
  /** Warnings of parsing and validating. */
  readonly diagnostics: readonly Diagnostic[];
}

export type ReadResult =
  | ({ readonly ok: true } & LoadedCircuit)
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[]; readonly source?: SourceText };

export interface LoadOptions {
  /** Folder that relative paths start from. Default: the process's. */
  readonly from?: string;
  /** Values of parameters of a template, by name; the others have their defaults. */
  readonly parameters?: GivenParameters;
}

/** A circuit file is kilobytes; past this it is something else. */
const largestFile = 8 * 1024 * 1024;

const textFiles: readonly string[] = [".json", ".jsonc"];
const moduleFiles: readonly string[] = [".ts", ".mts", ".js", ".mjs"];

/**
 * Loads a circuit.
 *
 * A `.ts` or `.js` file must export the circuit as its default; its `@settle/…` imports are resolved to this Settle,
 * wherever the file lies.
 *
 * @param reference  a path, or the name of a predefined circuit (`conv-ngc`)
 * @throws {CircuitError} with every fault found
 */
export async function loadCircuit(reference: string, options: LoadOptions = {}): Promise<LoadedCircuit> {
  const result = await readCircuit(reference, options);
  if (!result.ok) throw new CircuitError(result.diagnostics, result.source);
  const { ok: _, ...circuit } = result;
  return circuit;
}

/** Like `loadCircuit`, but returns the faults instead of throwing. */
export async function readCircuit(reference: string, options: LoadOptions = {}): Promise<ReadResult> {
  try {
    return await read(reference, resolve(options.from ?? process.cwd(), reference), options.parameters);
  } catch (fault) {
    if (fault instanceof SettleError) return { ok: false, diagnostics: [fault.diagnostic] };
    throw fault;
  }
}

async function read(reference: string, path: string, given: GivenParameters | undefined): Promise<ReadResult> {
  const extension = extname(path);
  const isFile = textFiles.includes(extension) || moduleFiles.includes(extension);
  if (!isFile) {
    const names = await predefinedCircuits();
    if (names.includes(reference)) {
      return readText(predefinedCircuitFile(reference), predefinedCircuitFile(reference), given);
    }
    throw await unknownCircuit(reference, path, names);
  }
  await assertReadable(reference, path);
  return textFiles.includes(extension) ? readText(path, reference, given) : readModule(path, reference, given);
}

async function readText(path: string, file: string, given: GivenParameters = {}): Promise<ReadResult> {
  const text = await readFile(path, "utf8");
  const { spec, parameters = {}, diagnostics, source } = parseCircuit(text, { file, parameters: given });
  if (spec === undefined) return { ok: false, diagnostics, source };
  return { ok: true, spec, file, source, parameters, diagnostics };
}

async function readModule(path: string, file: string, given: GivenParameters = {}): Promise<ReadResult> {
  // Brings a TypeScript compiler with it.
  const { loadModule } = await import("./load-module.ts");
  const value = await loadModule(path, file);
  const source = memorySource(file);
  const result = isTemplate(value) ? instantiateTemplate(value, given, source) : validateCircuit(value, source, given);
  const { spec, parameters = {}, diagnostics } = result;
  if (spec === undefined) return { ok: false, diagnostics, source };
  return { ok: true, spec, file, source, parameters, diagnostics };
}

async function assertReadable(file: string, path: string): Promise<void> {
  const found = await stat(path).catch((fault: NodeJS.ErrnoException) => fault);
  if (found instanceof Error) {
    if (found.code !== "ENOENT") {
      throw settleError("load/unreadable", `"${file}" cannot be read: ${found.message}.`, { file, cause: found });
    }
    const names = await predefinedCircuits();
    throw settleError("load/no-such-file", `There is no file "${file}".`, {
      file,
      help: `look at the path, or name a predefined circuit: ${names.join(", ")}.`,
      cause: found,
    });
  }
  if (!found.isFile()) throw settleError("load/unreadable", `"${file}" is not a file.`, { file });
  if (found.size > largestFile) {
    const size = (found.size / 1024 / 1024).toFixed(1);
    throw settleError("load/too-large", `"${file}" has ${size} MB; a circuit file has 8 MB at most.`, {
      file,
      help: "is this really a circuit? Weights and data are files of their own.",
    });
  }
}

async function unknownCircuit(reference: string, path: string, names: readonly string[]): Promise<SettleError> {
  const near = closest(reference, names);
  const there = await stat(path).catch(() => undefined);
  if (there !== undefined) {
    return settleError("load/unknown-kind", `"${reference}" is no circuit file.`, {
      file: reference,
      help: "a circuit is a .json, .jsonc, .ts or .js file.",
    });
  }
  return settleError("load/unknown-circuit", `There is no predefined circuit "${reference}".`, {
    help:
      near === undefined
        ? `there are ${names.join(", ")}; a file ends in .json, .jsonc, .ts or .js.`
        : `did you mean "${near}"?`,
  });
}
