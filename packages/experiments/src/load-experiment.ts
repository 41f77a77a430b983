/** From what a person types to an experiment: a path to a `.json`, `.jsonc`, `.ts` or `.js` file, or a predefined name. */
import { closest, hasErrors, settleError, sortDiagnostics } from "@settle/diagnostics";
import { loadModule } from "@settle/settle";
import { memorySource, readJsonText, type SourceText } from "@settle/spec";
import { readFile, stat } from "node:fs/promises";
import { dirname, extname, resolve } from "node:path";
import { defineExperiment } from "./define-experiment.ts";
import { ExperimentError } from "./experiment-error.ts";
import type { ExperimentSpec } from "./experiment-spec.ts";
import { predefinedExperimentFile, predefinedExperiments } from "./predefined-experiments.ts";
import { experimentDocument, validateExperiment } from "./validate-experiment.ts";

export interface LoadedExperiment {
  readonly spec: ExperimentSpec;
  /** Where it came from, as the user gave it. */
  readonly file: string;
  /** The folder that paths of circuits start from. */
  readonly folder: string;
  readonly source: SourceText;
}

const textFiles: readonly string[] = [".json", ".jsonc"];
const moduleFiles: readonly string[] = [".ts", ".mts", ".js", ".mjs"];

/**
 * Loads an experiment.
 *
 * @param reference     a path, or the name of a predefined experiment (`wiring`)
 * @param options.from  folder that a relative path starts from; default the process's
 * @throws {ExperimentError} with every fault of the file
 * @throws {SettleError} `load/…` where there is no such file, or a module could not be run
 */
export async function loadExperiment(
  reference: string,
  options: { readonly from?: string } = {},
): Promise<LoadedExperiment> {
  const path = resolve(options.from ?? process.cwd(), reference);
  const extension = extname(path);
  if (moduleFiles.includes(extension)) {
    await assertThere(reference, path);
    return readModule(reference, path);
  }
  if (textFiles.includes(extension)) {
    await assertThere(reference, path);
    return readText(reference, path);
  }
  const names = await predefinedExperiments();
  if (names.includes(reference)) {
    const file = predefinedExperimentFile(reference);
    return readText(file, file);
  }
  const near = closest(reference, names);
  throw settleError("load/unknown-experiment", `There is no predefined experiment "${reference}".`, {
    help:
      near === undefined
        ? `there is ${names.join(", ")}; a file ends in .json, .jsonc, .ts or .js.`
        : `did you mean "${near}"?`,
  });
}

async function readText(file: string, path: string): Promise<LoadedExperiment> {
  const { value, diagnostics: textual, source } = readJsonText(await readFile(path, "utf8"), file, experimentDocument);
  if (value === undefined) throw new ExperimentError(sortDiagnostics(textual), source);
  const { spec, diagnostics } = validateExperiment(value, source);
  const all = sortDiagnostics([...textual, ...diagnostics]);
  if (spec === undefined || hasErrors(all)) throw new ExperimentError(all, source);
  return { spec, file, folder: dirname(path), source };
}

async function readModule(file: string, path: string): Promise<LoadedExperiment> {
  const value = await loadModule(path, file, {
    exports: "an experiment",
    ending: "export default defineExperiment({ … })",
    modules: { "@settle/experiments": { defineExperiment } },
  });
  const source = memorySource(file);
  const { spec, diagnostics } = validateExperiment(value, source);
  if (spec === undefined) throw new ExperimentError(diagnostics, source);
  return { spec, file, folder: dirname(path), source };
}

async function assertThere(file: string, path: string): Promise<void> {
  const found = await stat(path).catch((fault: NodeJS.ErrnoException) => fault);
  if (!(found instanceof Error) && found.isFile()) return;
  if (found instanceof Error && found.code !== "ENOENT") {
    throw settleError("load/unreadable", `"${file}" cannot be read: ${found.message}.`, { file, cause: found });
  }
  if (!(found instanceof Error)) throw settleError("load/unreadable", `"${file}" is not a file.`, { file });
  throw settleError("load/no-such-file", `There is no file "${file}".`, {
    file,
    help: `look at the path, or name a predefined experiment: ${(await predefinedExperiments()).join(", ")}.`,
    cause: found,
  });
}
