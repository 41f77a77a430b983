/** The code in the documents. A fence says after its language what the tests do with it; without a word it is only shown. */
import { filesUnder, readText } from "./workspace.ts";

/**
 * - `run`: TypeScript is type-checked and executed; of a shell fence, the `npx settle …` lines are executed in order.
 * - `check`: TypeScript is type-checked.
 * - `circuit`: JSON is parsed and compiled without a diagnostic.
 * - `experiment`: JSON is checked as an experiment file, without a diagnostic.
 */
export type FenceUse = "run" | "check" | "circuit" | "experiment";

export interface Fence {
  readonly document: string;
  /** Of the fence's first line of code, from 1. */
  readonly line: number;
  readonly language: string;
  readonly use: FenceUse;
  /** `file=mine.json`: the later fences of the document find it under this name. */
  readonly file?: string;
  readonly code: string;
}

/** Every document of the repository. */
export function documents(): readonly string[] {
  return filesUnder("").filter((file) => file.endsWith(".md") && !file.includes("/fixtures/"));
}

/** The fences of a document that the tests do something with, in order. */
export function fencesOf(document: string): readonly Fence[] {
  const text = readText(document);
  const marked = [...text.matchAll(/^```(\w+) (.+)\n([\s\S]*?)^```$/gm)];
  return marked.flatMap((match) => {
    const [, language = "", words = "", code = ""] = match;
    if (!["ts", "json", "jsonc", "sh"].includes(language)) return [];
    const line = text.slice(0, match.index).split("\n").length + 1;
    const [use, ...rest] = words.trim().split(/\s+/);
    if (use !== "run" && use !== "check" && use !== "circuit" && use !== "experiment") {
      throw new Error(`${document}:${line - 1}: a fence is marked run, check, circuit or experiment, not "${use}".`);
    }
    const file = rest.find((word) => word.startsWith("file="))?.slice("file=".length);
    return [{ document, line, language, use, code, ...(file !== undefined && { file }) }];
  });
}

/** The command lines of a shell fence, as words; lines ending in a backslash go on in the next. */
export function settleCommands(code: string): readonly (readonly string[])[] {
  return code
    .replaceAll(/\\\n\s*/g, "")
    .split("\n")
    .map((line) => line.replace(/\s#.*$/, "").trim())
    .filter((line) => line.startsWith("npx settle "))
    .map((line) =>
      [...line.slice("npx settle ".length).matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(
        (word) => word[1] ?? word[2] ?? word[3] ?? "",
      ),
    );
}
