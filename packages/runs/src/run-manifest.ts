/** `run.json`: what was run, with what, so that it can be repeated. */
import { readFile } from "node:fs/promises";
import { settleError, type SettleError } from "@settle/diagnostics";
import { z } from "zod";
import { errorCode, fileFault } from "./file-fault.ts";
import { writeWhole } from "./write-whole.ts";

/** Anything JSON can say. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** One stretch of work on a run, from a start to an end or an interruption. */
export interface RunSession {
  /** The command line, one word per entry. */
  readonly command: readonly string[];
  readonly engine: {
    readonly name: string;
    readonly device: string;
    readonly dtype: "float32" | "float64";
    readonly deterministic: boolean;
  };
  /** `node`, `settle` and what else took part. */
  readonly versions: Readonly<Record<string, string>>;
  /** ISO 8601. */
  readonly started: string;
  readonly finished?: string;
  /** `running` of a process that is gone means that it was killed. */
  readonly status: "running" | "finished" | "interrupted" | "failed";
}

export interface RunManifest extends RunSession {
  readonly format: "settle-run";
  readonly version: 1;
  readonly circuit: {
    readonly name: string;
    readonly hash: string;
    /** Path or predefined name, as the user gave it. */
    readonly file?: string;
    /** Of a template: the values its parameters had, by name. */
    readonly parameters?: Readonly<Record<string, Json>>;
    /** The circuit as written: the text of its file, comments included, or the printed object. */
    readonly source: string;
  };
  /** All settings with their defaults filled in. */
  readonly settings: Readonly<Record<string, Json>>;
  /** By what they are for: `training`, `corruption`, … */
  readonly seeds: Readonly<Record<string, number>>;
  /** Data sets by what they are for: `training`, `validation`, `test`. */
  readonly data: Readonly<Record<string, { readonly name: string; readonly hash: string; readonly samples: number }>>;
  /** What the run came to: final discrepancy, seconds, … */
  readonly result?: Readonly<Record<string, Json>>;
  /** Sessions before the latest one, oldest first; the latest is the manifest's own. */
  readonly earlier: readonly RunSession[];
}

/** What a caller gives to start a run; the rest is filled in. */
export type RunStart = Omit<
  RunManifest,
  "format" | "version" | "started" | "finished" | "status" | "result" | "earlier"
>;

/**
 * @returns undefined if there is no such file
 * @throws {SettleError} `runs/damaged-manifest`, `runs/newer-format`, `runs/no-permission`, `runs/file-fault`
 */
export async function readManifest(path: string): Promise<RunManifest | undefined> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    throw fileFault(error, path, "read the description of the run");
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw damagedManifest(path, "it is not JSON");
  }
  const version = z.object({ format: z.literal("settle-run"), version: z.int().min(2) }).safeParse(value);
  if (version.success) {
    throw settleError(
      "runs/newer-format",
      `"${path}" is a run of version ${version.data.version}; this Settle reads version 1.`,
      {
        help: "Update Settle.",
        file: path,
      },
    );
  }
  const result = manifestSchema.safeParse(value);
  if (!result.success) {
    const issue = result.error.issues[0];
    throw damagedManifest(path, `at "${issue?.path.join(".") ?? ""}": ${issue?.message ?? "malformed"}`);
  }
  return result.data;
}

/** @throws {SettleError} as `writeWhole` */
export async function writeManifest(path: string, manifest: RunManifest): Promise<void> {
  await writeWhole(path, `${JSON.stringify(manifest, undefined, 2)}\n`, "write the description of the run");
}

const json: z.ZodType<Json> = z.json();
const session = {
  command: z.array(z.string()),
  engine: z.object({
    name: z.string(),
    device: z.string(),
    dtype: z.enum(["float32", "float64"]),
    deterministic: z.boolean(),
  }),
  versions: z.record(z.string(), z.string()),
  started: z.string(),
  finished: z.string().exactOptional(),
  status: z.enum(["running", "finished", "interrupted", "failed"]),
};
const manifestSchema = z.object({
  format: z.literal("settle-run"),
  version: z.literal(1),
  circuit: z.object({
    name: z.string(),
    hash: z.string(),
    file: z.string().exactOptional(),
    parameters: z.record(z.string(), json).exactOptional(),
    source: z.string(),
  }),
  settings: z.record(z.string(), json),
  seeds: z.record(z.string(), z.number()),
  data: z.record(z.string(), z.object({ name: z.string(), hash: z.string(), samples: z.number() })),
  ...session,
  result: z.record(z.string(), json).exactOptional(),
  earlier: z.array(z.object(session)),
});

function damagedManifest(path: string, fault: string): SettleError {
  return settleError("runs/damaged-manifest", `"${path}" cannot be read: ${fault}.`, {
    help: "The checkpoints beside it may be whole: name one with --weights. To start again, use --overwrite.",
    file: path,
  });
}
