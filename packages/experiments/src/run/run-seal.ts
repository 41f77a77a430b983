/**
 * `seal.json` in a run's folder: what the run came to, and the hash of every file that says so. A folder that was
 * edited by hand no longer fits its seal, and is not compared with others.
 */
import { type Diagnostic, settleError } from "@settle/diagnostics";
import { fileFault, readManifest, runPaths, writeWhole } from "@settle/runs";
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { contentHash } from "../plan/content-hash.ts";
import type { PlannedRun, RunIdentity } from "../plan/experiment-plan.ts";

export interface RunSeal {
  readonly format: "settle-compared-run";
  readonly version: 1;
  readonly identity: RunIdentity;
  readonly status: "finished" | "diverged";
  /** Why it diverged. */
  readonly diagnostic?: Diagnostic;
  /** Seconds of training and settling, all sessions counted. */
  readonly trainingSeconds: number;
  /** sha256 by path within the folder. */
  readonly files: Readonly<Record<string, string>>;
}

const sealName = "seal.json";

/** Seals a run as its files are now. Written last: a folder without a seal is a run that is not finished. */
export async function writeSeal(dir: string, seal: Omit<RunSeal, "format" | "version" | "files">): Promise<void> {
  const files = Object.fromEntries(
    await Promise.all((await sealedFiles(dir)).map(async (file) => [file, await hashFile(join(dir, file))] as const)),
  );
  const whole: RunSeal = { format: "settle-compared-run", version: 1, ...seal, files };
  const text = JSON.stringify({ ...whole, hash: contentHash(whole) }, undefined, 2);
  await writeWhole(join(dir, sealName), `${text}\n`, "write the seal of the run");
}

/**
 * The seal of a finished run, its files looked at.
 *
 * @returns undefined for a run that is not there or not finished
 * @throws {SettleError} `experiment/edited-run` when seal, files and key do not belong together
 */
export async function readSeal(dir: string, run: PlannedRun): Promise<RunSeal | undefined> {
  let text: string;
  try {
    text = await readFile(join(dir, sealName), "utf8");
  } catch {
    await checkUnfinished(dir, run);
    return undefined;
  }
  const seal = parseSeal(text);
  if (seal === undefined) throw edited(dir, sealName, "its seal is damaged");
  if (contentHash(seal.identity).slice(0, 16) !== run.key) {
    throw edited(dir, sealName, "its seal is of a run with other settings");
  }
  for (const [file, hash] of Object.entries(seal.files)) {
    const found = await hashFile(join(dir, file)).catch(() => undefined);
    if (found !== hash) {
      throw edited(dir, file, found === undefined ? `"${file}" is gone` : `"${file}" is not what was written`);
    }
  }
  return seal;
}

/** Of a run that was interrupted its own description must still say what its folder's name does. */
async function checkUnfinished(dir: string, { identity }: PlannedRun): Promise<void> {
  const manifest = await readManifest(runPaths(dir).manifest);
  if (manifest === undefined) return;
  const { seeds, data, circuit, settings, engine } = manifest;
  const agrees =
    circuit.hash === identity.circuit &&
    seeds["training"] === identity.seed &&
    data["training"]?.hash === identity.data &&
    settings["steps"] === identity.steps &&
    settings["epochs"] === identity.epochs &&
    settings["batch"] === identity.batch &&
    settings["rate"] === identity.rate &&
    settings["by"] === identity.by &&
    engine.name === identity.engine;
  if (!agrees) throw edited(dir, "run.json", `"run.json" describes another run`);
}

/** Everything in the folder that a result depends on; reports and locks are not. */
async function sealedFiles(dir: string): Promise<readonly string[]> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true }).catch((fault: unknown) => {
    throw fileFault(fault, dir, "seal the run");
  });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(dir.length + 1))
    .map((file) => file.replaceAll("\\", "/"))
    .filter((file) => file !== sealName && !file.startsWith("run.lock"))
    .sort();
}

async function hashFile(path: string): Promise<string> {
  return createHash("sha256")
    .update(await readFile(path))
    .digest("hex");
}

function parseSeal(text: string): RunSeal | undefined {
  try {
    const { hash, ...seal } = sealSchema.parse(JSON.parse(text));
    return contentHash(seal) === hash ? (seal as RunSeal) : undefined;
  } catch {
    return undefined;
  }
}

const sealSchema = z.object({
  format: z.literal("settle-compared-run"),
  version: z.literal(1),
  identity: z.object({
    circuit: z.string(),
    steps: z.number(),
    data: z.string(),
    epochs: z.number(),
    batch: z.number(),
    rate: z.number(),
    seed: z.number(),
    engine: z.string(),
    settle: z.string(),
    by: z.literal("backpropagation").exactOptional(),
  }),
  status: z.enum(["finished", "diverged"]),
  diagnostic: z
    .looseObject({ code: z.string(), severity: z.string(), message: z.string(), pointer: z.string() })
    .exactOptional(),
  trainingSeconds: z.number(),
  files: z.record(z.string(), z.string()),
  hash: z.string(),
});

function edited(dir: string, file: string, what: string): Error {
  return settleError("experiment/edited-run", `The run in "${dir}" was changed after it was finished: ${what}.`, {
    file: join(dir, file),
    help: `delete the folder "${dir}", and the run is made again; or put back what was there.`,
  });
}
