/** `checkpoints/`: the last few checkpoints of a run and its best one, each a safetensors file, beside their index. */
import { readFile, unlink } from "node:fs/promises";
import { join } from "node:path";
import { type Diagnostic, SettleError, settleError } from "@settle/diagnostics";
import type { Checkpoint } from "@settle/runtime";
import { decodeCheckpoint, encodeCheckpoint } from "./checkpoint-file.ts";
import {
  bestOf,
  type CheckpointEntry,
  checkpointFileName,
  type CheckpointScore,
  hashBytes,
  listCheckpointFiles,
  listFolder,
  preferredScore,
  readCheckpointIndex,
  writeCheckpointIndex,
} from "./checkpoint-index.ts";
import { fileFault } from "./file-fault.ts";
import { isUnfinishedWrite, writeWhole } from "./write-whole.ts";

/**
 * Writes the checkpoint, then the index, then removes what is no longer kept: whenever the process dies, the checkpoint
 * before is whole.
 *
 * @param keep how many of the newest stay, besides the best
 * @throws {SettleError} `runs/not-finite`, or as `writeWhole`
 */
export async function saveCheckpointFile(
  dir: string,
  checkpoint: Checkpoint,
  score: CheckpointScore | undefined,
  keep: number,
): Promise<void> {
  const { updates } = checkpoint.position;
  const file = checkpointFileName(updates);
  const bytes = encodeCheckpoint(checkpoint, join(dir, file));
  const known = (await readCheckpointIndex(dir)).checkpoints;
  await writeWhole(join(dir, file), bytes, "write the checkpoint");
  const scored = score ?? known.find((other) => other.updates === updates)?.score;
  const entry: CheckpointEntry = {
    file,
    ...checkpoint.position,
    bytes: bytes.length,
    sha256: hashBytes(bytes),
    ...(scored === undefined ? {} : { score: scored }),
  };
  // Later ones are left from before a resumption at an earlier update: they are not of this history.
  const all = [...known.filter((other) => other.updates < updates), entry];
  const best = bestOf(all);
  const kept = all.filter((other, i) => i >= all.length - keep || other.file === best?.file);
  await writeCheckpointIndex(dir, kept);
  const names = new Set(kept.map((other) => other.file));
  for (const name of await listCheckpointFiles(dir)) {
    // One that cannot be removed costs space and nothing else.
    if (!names.has(name)) await unlink(join(dir, name)).catch(() => undefined);
  }
}

/** Notes how good the checkpoint made at `updates` is, if there is one. @throws {SettleError} as `writeWhole` */
export async function scoreCheckpoint(dir: string, updates: number, score: CheckpointScore): Promise<void> {
  const { checkpoints } = await readCheckpointIndex(dir);
  if (!checkpoints.some((entry) => entry.updates === updates)) return;
  const scored = checkpoints.map((entry) =>
    entry.updates === updates ? { ...entry, score: preferredScore(entry.score, score) } : entry,
  );
  await writeCheckpointIndex(dir, scored);
}

/**
 * The newest whole checkpoint. Damaged ones are passed over, each with a warning.
 *
 * @returns undefined if there is none at all
 * @throws {SettleError} `runs/damaged-checkpoint` when all are damaged
 */
export async function loadLatestCheckpoint(
  dir: string,
  onDiagnostic: (diagnostic: Diagnostic) => void,
): Promise<Checkpoint | undefined> {
  const faults: Diagnostic[] = [];
  for (const name of (await listCheckpointFiles(dir)).toReversed()) {
    try {
      const checkpoint = await loadCheckpointFile(dir, name);
      const { epoch, step, updates } = checkpoint.position;
      const help = `"${name}" is used instead (epoch ${epoch}, step ${step}, ${updates} updates); what came after it is computed again.`;
      for (const fault of faults) onDiagnostic({ ...fault, severity: "warning", help });
      return checkpoint;
    } catch (error) {
      if (!(error instanceof SettleError) || !damageCodes.has(error.diagnostic.code)) throw error;
      const message = `The checkpoint "${name}" is damaged: ${error.diagnostic.message}`;
      faults.push(settleError("runs/damaged-checkpoint", message, { file: join(dir, name) }).diagnostic);
    }
  }
  if (faults.length === 0) return undefined;
  throw settleError("runs/damaged-checkpoint", faults.map((fault) => fault.message).join(" "), {
    file: dir,
    help: "No whole checkpoint is left: start again with --overwrite, or with another folder.",
  });
}

/**
 * One checkpoint by its name within the folder, checked against the index.
 * @throws {SettleError} `runs/not-found` and all that `decodeCheckpoint` throws
 */
export async function loadCheckpointFile(dir: string, file: string): Promise<Checkpoint> {
  const path = join(dir, file);
  const bytes = await readBytes(path);
  const checkpoint = decodeCheckpoint(bytes, path);
  const entry = (await readCheckpointIndex(dir)).checkpoints.find((other) => other.file === file);
  if (entry !== undefined && entry.sha256 !== hashBytes(bytes)) {
    throw settleError("runs/damaged-tensors", `"${path}" is not what was written: its hash is another.`, {
      help: "Use another checkpoint of the run.",
      file: path,
    });
  }
  return checkpoint;
}

/** Removes what writes of a killed process left. Only for the holder of the lock. */
export async function removeUnfinishedWrites(dir: string): Promise<void> {
  for (const name of await listFolder(dir)) {
    if (isUnfinishedWrite(name)) await unlink(join(dir, name)).catch(() => undefined);
  }
}

/** Faults of a file that make an earlier one worth trying. */
const damageCodes: ReadonlySet<string> = new Set([
  "runs/damaged-tensors",
  "runs/unsupported-dtype",
  "runs/not-finite",
  "runs/not-a-checkpoint",
]);

async function readBytes(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    throw fileFault(error, path, "read the checkpoint");
  }
}
