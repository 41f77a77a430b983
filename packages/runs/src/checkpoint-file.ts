/**
 * A checkpoint as the bytes of a safetensors file: parameters and moments under their buffer ids, everything else as
 * text in the file's metadata, so that any reader of the format sees what it has before it.
 */
import { settleError, type SettleError } from "@settle/diagnostics";
import type { Checkpoint, StoredTensor } from "@settle/runtime";
import { z } from "zod";
import { countNotFinite, decodeSafetensors, encodeSafetensors } from "./safetensors.ts";

/** @throws {SettleError} `runs/not-finite` when a tensor holds NaN or infinity: such a checkpoint is of no use */
export function encodeCheckpoint(checkpoint: Checkpoint, path: string): Uint8Array {
  requireFinite(checkpoint.tensors, path);
  const { circuit, engine, plan, position } = checkpoint;
  const moments = [...checkpoint.tensors].filter(([, tensor]) => tensor.role === "moment").map(([id]) => id);
  const metadata: z.input<typeof metadataSchema> = {
    format: checkpoint.format,
    version: "1",
    circuit: circuit.name,
    circuit_hash: circuit.hash,
    engine: engine.name,
    dtype: engine.dtype,
    seed: String(plan.seed),
    batch: String(plan.batch),
    samples: String(plan.samples),
    data: plan.data,
    rate: String(plan.rate),
    ...(plan.schedule !== undefined && { schedule: plan.schedule }),
    epoch: String(position.epoch),
    step: String(position.step),
    updates: String(position.updates),
    epoch_sums: JSON.stringify(checkpoint.epochSums),
    moments: JSON.stringify(moments),
  };
  return encodeSafetensors({ tensors: checkpoint.tensors, metadata });
}

/**
 * @param path for the diagnostics only
 * @throws {SettleError} `runs/damaged-tensors`, `runs/unsupported-dtype`, `runs/not-finite`; `runs/not-a-checkpoint`
 *   when the file is whole but its metadata are not a checkpoint's; `runs/newer-format`
 */
export function decodeCheckpoint(bytes: Uint8Array, path: string): Checkpoint {
  const { tensors, metadata } = decodeSafetensors(bytes, path);
  const { format, version } = metadata;
  if (format === "settle-checkpoint" && version !== "1") throw newer(path, version);
  const parsed = metadataSchema.safeParse(metadata);
  if (!parsed.success) throw notACheckpoint(path, parsed.error);
  const facts = parsed.data;
  const moments = new Set(facts.moments);
  const stored = new Map<string, StoredTensor>();
  for (const [id, tensor] of tensors) stored.set(id, { role: moments.has(id) ? "moment" : "parameter", ...tensor });
  requireFinite(stored, path);
  return {
    format: "settle-checkpoint",
    version: 1,
    circuit: { name: facts.circuit, hash: facts.circuit_hash },
    engine: { name: facts.engine, dtype: facts.dtype },
    plan: {
      seed: facts.seed,
      batch: facts.batch,
      samples: facts.samples,
      data: facts.data,
      rate: facts.rate,
      ...(facts.schedule !== undefined && { schedule: facts.schedule }),
    },
    position: { epoch: facts.epoch, step: facts.step, updates: facts.updates },
    epochSums: facts.epoch_sums,
    tensors: stored,
  };
}

const numberText = z.string().regex(/^-?\d/).transform(Number).pipe(z.number());
const countText = numberText.pipe(z.int().nonnegative());
const jsonText = z.string().transform((text, context): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    context.addIssue("not JSON");
    return z.NEVER;
  }
});

const metadataSchema = z.object({
  format: z.literal("settle-checkpoint"),
  version: z.literal("1"),
  circuit: z.string(),
  circuit_hash: z.string(),
  engine: z.string(),
  dtype: z.enum(["float32", "float64"]),
  seed: numberText,
  batch: countText,
  samples: countText,
  data: z.string(),
  rate: numberText,
  schedule: z.string().exactOptional(),
  epoch: countText,
  step: countText,
  updates: countText,
  epoch_sums: jsonText.pipe(
    z.object({ samples: z.number(), discrepancy: z.number(), errors: z.record(z.string(), z.number()) }),
  ),
  moments: jsonText.pipe(z.array(z.string())),
});

function requireFinite(tensors: ReadonlyMap<string, StoredTensor>, path: string): void {
  for (const [id, { data }] of tensors) {
    const count = countNotFinite(data);
    if (count === 0) continue;
    throw settleError(
      "runs/not-finite",
      `${count} of the ${data.length} numbers of "${id}" in "${path}" are NaN or infinite.`,
      {
        help: "Training diverged before it: use an earlier checkpoint and a smaller learning rate or settling rate.",
        file: path,
      },
    );
  }
}

function notACheckpoint(path: string, error: z.ZodError): SettleError {
  const at = error.issues[0]?.path.join(".") ?? "";
  return settleError(
    "runs/not-a-checkpoint",
    `"${path}" holds tensors, but its metadata are not a checkpoint's (${at}).`,
    {
      help: "To use its tensors as weights, name the file with --weights; to go on training, name a run folder.",
      file: path,
    },
  );
}

function newer(path: string, version: string | undefined): SettleError {
  return settleError(
    "runs/newer-format",
    `"${path}" is a checkpoint of version ${version ?? "?"}; this Settle reads version 1.`,
    {
      help: "Update Settle.",
      file: path,
    },
  );
}
