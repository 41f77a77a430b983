/**
 * `checkpoints/index.json`: which checkpoint is the latest, which the best, and what the bytes of each must hash to. A
 * convenience: where it is missing or unreadable it is made again from the files.
 */
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { decodeCheckpoint } from "./checkpoint-file.ts";
import { errorCode, fileFault } from "./file-fault.ts";
import { writeWhole } from "./write-whole.ts";

/** How good a checkpoint is: the mean total discrepancy measured at it; lower is better. */
export interface CheckpointScore {
  /** Scores on validation data are preferred to those on training data. */
  readonly kind: "validation" | "epoch";
  readonly discrepancy: number;
}

export interface CheckpointEntry {
  /** Name within `checkpoints/`. */
  readonly file: string;
  readonly epoch: number;
  readonly step: number;
  readonly updates: number;
  readonly bytes: number;
  readonly sha256: string;
  readonly score?: CheckpointScore;
}

export interface CheckpointIndex {
  readonly format: "settle-checkpoints";
  readonly version: 1;
  /** File of the newest; absent if there is none. */
  readonly latest?: string;
  /** File of the one with the lowest score, if any has one. */
  readonly best?: string;
  /** Oldest first. */
  readonly checkpoints: readonly CheckpointEntry[];
}

/** @returns the index; empty if there is no folder. @throws {SettleError} `runs/no-permission`, `runs/file-fault` */
export async function readCheckpointIndex(dir: string): Promise<CheckpointIndex> {
  try {
    return indexSchema.parse(JSON.parse(await readFile(join(dir, indexName), "utf8")));
  } catch {
    return indexOf(await entriesOfFiles(dir));
  }
}

/** @throws {SettleError} as `writeWhole` */
export async function writeCheckpointIndex(dir: string, checkpoints: readonly CheckpointEntry[]): Promise<void> {
  const text = `${JSON.stringify(indexOf(checkpoints), undefined, 2)}\n`;
  await writeWhole(join(dir, indexName), text, "write the list of checkpoints");
}

/** The one with the lowest score on validation data; on training data if none was validated. */
export function bestOf(entries: readonly CheckpointEntry[]): CheckpointEntry | undefined {
  const validated = entries.filter((entry) => entry.score?.kind === "validation");
  const scored = validated.length > 0 ? validated : entries.filter((entry) => entry.score !== undefined);
  return scored.toSorted((a, b) => (a.score?.discrepancy ?? 0) - (b.score?.discrepancy ?? 0))[0];
}

/** Of two scores of one checkpoint, the one on validation data; else the newer. */
export function preferredScore(before: CheckpointScore | undefined, now: CheckpointScore): CheckpointScore {
  return before?.kind === "validation" && now.kind === "epoch" ? before : now;
}

/** Names of the checkpoint files in a folder, oldest first; none if there is no folder. Other files are not ours. */
export async function listCheckpointFiles(dir: string): Promise<readonly string[]> {
  return (await listFolder(dir)).filter((name) => /^update-\d+\.safetensors$/.test(name)).toSorted();
}

/** All names in a folder; none if there is no folder. */
export async function listFolder(dir: string): Promise<readonly string[]> {
  try {
    return await readdir(dir);
  } catch (error) {
    if (errorCode(error) === "ENOENT") return [];
    throw fileFault(error, dir, "list the folder");
  }
}

export function checkpointFileName(updates: number): string {
  return `update-${String(updates).padStart(8, "0")}.safetensors`;
}

export function hashBytes(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

const indexName = "index.json";

const scoreSchema = z.object({ kind: z.enum(["validation", "epoch"]), discrepancy: z.number() });
const indexSchema = z.object({
  format: z.literal("settle-checkpoints"),
  version: z.literal(1),
  latest: z.string().exactOptional(),
  best: z.string().exactOptional(),
  checkpoints: z.array(
    z.object({
      file: z.string().regex(/^update-\d+\.safetensors$/),
      epoch: z.number(),
      step: z.number(),
      updates: z.number(),
      bytes: z.number(),
      sha256: z.string(),
      score: scoreSchema.exactOptional(),
    }),
  ),
});

function indexOf(checkpoints: readonly CheckpointEntry[]): CheckpointIndex {
  const latest = checkpoints.at(-1)?.file;
  const best = bestOf(checkpoints)?.file;
  return {
    format: "settle-checkpoints",
    version: 1,
    ...(latest === undefined ? {} : { latest }),
    ...(best === undefined ? {} : { best }),
    checkpoints,
  };
}

async function entriesOfFiles(dir: string): Promise<readonly CheckpointEntry[]> {
  const entries: CheckpointEntry[] = [];
  for (const file of await listCheckpointFiles(dir)) {
    try {
      const bytes = await readFile(join(dir, file));
      const { position } = decodeCheckpoint(bytes, file);
      entries.push({ file, ...position, bytes: bytes.length, sha256: hashBytes(bytes) });
    } catch {
      // A damaged one is reported when it is loaded.
    }
  }
  return entries;
}
