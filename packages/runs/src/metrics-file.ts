/** `metrics.jsonl`: one JSON line per step and epoch, appended; a process that dies tears the last line at most. */
import { type FileHandle, open, readFile } from "node:fs/promises";
import { type Diagnostic, settleError } from "@settle/diagnostics";
import type { MetricsLine } from "@settle/runtime";
import { z } from "zod";
import { errorCode, fileFault } from "./file-fault.ts";
import { writeWhole } from "./write-whole.ts";

export interface MetricsRead {
  readonly lines: readonly MetricsLine[];
  /** `runs/damaged-metrics`, one for each line that cannot be read. A torn last line is no fault and is left out. */
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads all whole lines; none if there is no such file. @throws {SettleError} `runs/no-permission`, `runs/file-fault` */
export async function readMetrics(path: string): Promise<MetricsRead> {
  const lines: MetricsLine[] = [];
  const diagnostics: Diagnostic[] = [];
  wholeLines(await readText(path)).forEach((text, index) => {
    const line = parseLine(text);
    if (line !== undefined) lines.push(line);
    else diagnostics.push(damagedLine(path, index + 1));
  });
  return { lines, diagnostics };
}

/** Appends to one file. Holds it open from the first line until `close`. */
export class MetricsAppender {
  readonly path: string;
  #file: FileHandle | undefined;
  /** Bytes of whole lines in the file. */
  #end = 0;

  constructor(path: string) {
    this.path = path;
  }

  /**
   * Adds one line. If that fails, the file ends with the line before.
   * @throws {SettleError} `runs/disk-full`, `runs/no-permission`, `runs/read-only`, `runs/file-fault`
   */
  async append(line: MetricsLine): Promise<void> {
    try {
      this.#file ??= await this.#open();
      const bytes = Buffer.from(`${JSON.stringify(line, keepNotFinite)}\n`);
      await this.#file.appendFile(bytes);
      this.#end += bytes.length;
    } catch (error) {
      await this.#file?.truncate(this.#end).catch(() => undefined);
      throw fileFault(error, this.path, "write the metrics");
    }
  }

  /** Drops lines of a later update than `updates`, and lines that cannot be read. */
  async rewind(updates: number): Promise<void> {
    await this.close();
    const before = await readText(this.path);
    const kept = wholeLines(before).filter((text) => (parseLine(text)?.updates ?? Infinity) <= updates);
    const after = kept.map((text) => `${text}\n`).join("");
    if (after !== before) await writeWhole(this.path, after, "rewind the metrics");
  }

  /** Hands everything written so far to the disk. */
  async sync(): Promise<void> {
    await this.#file?.datasync();
  }

  async close(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await file?.close();
  }

  async #open(): Promise<FileHandle> {
    this.#end = Buffer.byteLength(
      wholeLines(await readText(this.path))
        .map((text) => `${text}\n`)
        .join(""),
    );
    const file = await open(this.path, "a");
    // What a killed process left of its last line would spoil the next one.
    await file.truncate(this.#end);
    return file;
  }
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (errorCode(error) === "ENOENT") return "";
    throw fileFault(error, path, "read the metrics");
  }
}

function wholeLines(text: string): readonly string[] {
  return text
    .slice(0, text.lastIndexOf("\n") + 1)
    .split("\n")
    .slice(0, -1);
}

function parseLine(text: string): MetricsLine | undefined {
  try {
    const result = lineSchema.safeParse(JSON.parse(text));
    return result.success ? result.data : undefined;
  } catch {
    return undefined;
  }
}

/** JSON has no NaN; a diverging run must not read as if it had no value. */
function keepNotFinite(_key: string, value: unknown): unknown {
  return typeof value === "number" && !Number.isFinite(value) ? String(value) : value;
}

const numeric = z.union([z.number(), z.enum(["NaN", "Infinity", "-Infinity"]).transform(Number)]);
const shared = {
  epoch: z.number(),
  updates: z.number(),
  samples: z.number(),
  discrepancy: numeric,
  errors: z.record(z.string(), numeric),
};
const lineSchema = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("step"),
    ...shared,
    step: z.number(),
    imagesPerSecond: numeric,
    lambdaMax: numeric.exactOptional(),
    rate: numeric.exactOptional(),
  }),
  z.object({ kind: z.enum(["epoch", "validation"]), ...shared, seconds: numeric }),
]);

function damagedLine(path: string, line: number): Diagnostic {
  return settleError("runs/damaged-metrics", `Line ${line} of "${path}" is not a line of metrics; it is left out.`, {
    severity: "warning",
    file: path,
    line,
    column: 1,
    help: "The others are used. Someone or something else wrote to this file.",
  }).diagnostic;
}
