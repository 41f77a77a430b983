/** Applies the safe repairs that diagnostics carry to the text of an experiment. */
import { sortDiagnostics } from "@settle/diagnostics";
import { fixDocument, type FixResult, type Judge, type LoadOptions } from "@settle/settle";
import { readJsonText } from "@settle/spec";
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { predefinedExperiments } from "./predefined-experiments.ts";
import { experimentDocument, validateExperiment } from "./validate-experiment.ts";

/** As `fixCircuit`, for an experiment. The circuits that it names are files of their own. */
export const fixExperiment = (file: string, options: LoadOptions = {}): Promise<FixResult> =>
  fixDocument(file, judgeExperiment, options);

/**
 * Whether a name or file is of an experiment and not of a circuit: a predefined one, JSON that has `circuits`, a module
 * that imports this package. False for what cannot be read.
 */
export async function isExperimentFile(file: string, { from }: LoadOptions = {}): Promise<boolean> {
  if ((await predefinedExperiments()).includes(file)) return true;
  const text = await readFile(resolve(from ?? process.cwd(), file), "utf8").catch(() => "");
  if (!/\.jsonc?$/.test(file)) return /\bfrom\s*["']@settle\/experiments["']/.test(text);
  const { value } = readJsonText(text, file, experimentDocument);
  return (
    typeof value === "object" && value !== null && Object.hasOwn(value, "circuits") && !Object.hasOwn(value, "states")
  );
}

const judgeExperiment: Judge = (text, file) => {
  const { value, diagnostics: textual, source } = readJsonText(text, file, experimentDocument);
  const found = value === undefined ? [] : validateExperiment(value, source).diagnostics;
  return { diagnostics: sortDiagnostics([...textual, ...found]), source };
};
