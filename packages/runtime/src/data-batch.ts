/** A batch of samples as the session takes it, checked before any of it reaches an engine. */
import { settleError } from "@settle/diagnostics";
import { type BufferId, type Program, type Shape, sizeOf } from "@settle/program";
import { firstNotFinite } from "./first-not-finite.ts";
import type { SampleSource } from "./sample-source.ts";

export interface DataBatch {
  /** Number of samples, ≥ 1. */
  readonly count: number;
  /** By the field's name (`image`, `label`): `[count, ...shape]`. Fields that no observed node uses are ignored. */
  readonly fields: Readonly<Record<string, Float32Array>>;
  /** By the state's id, for masked nodes: `[count, ...shape]`, 1 where the node is clamped, 0 where it is latent. */
  readonly masks?: Readonly<Record<string, Float32Array>>;
  /** Index of each sample in its source: decides its noise and names it in diagnostics. Default 0 … count − 1. */
  readonly indices?: readonly number[];
  /** Training epoch, from 1: decides the noise. Default 0, which is outside training. */
  readonly epoch?: number;
}

/** Index in its source of the batch's `position`-th sample. */
export function sampleIndex(batch: DataBatch, position: number): number {
  return batch.indices?.[position] ?? position;
}

/** Samples `from` … `to` − 1 of a batch, sharing its memory. */
export function sliceBatch(batch: DataBatch, from: number, to: number): DataBatch {
  if (from === 0 && to === batch.count) return batch;
  const part = (arrays: Readonly<Record<string, Float32Array>>): Record<string, Float32Array> =>
    Object.fromEntries(
      Object.entries(arrays).map(([name, data]) => {
        const size = data.length / batch.count;
        return [name, data.subarray(from * size, to * size)];
      }),
    );
  return {
    count: to - from,
    fields: part(batch.fields),
    ...(batch.masks && { masks: part(batch.masks) }),
    indices: Array.from({ length: to - from }, (_, i) => sampleIndex(batch, from + i)),
    ...(batch.epoch !== undefined && { epoch: batch.epoch }),
  };
}

/**
 * The data and mask inputs a Program wants, from a batch.
 *
 * @throws {SettleError} `data/empty-batch`, `data/missing-field`, `data/missing-mask`, `data/shape-mismatch`,
 *   `data/not-finite` naming field and sample
 */
export function dataInputs(program: Program, batch: DataBatch): Map<BufferId, Float32Array> {
  if (!Number.isInteger(batch.count) || batch.count < 1) {
    throw settleError("data/empty-batch", `A batch has ${batch.count} samples.`, { help: "give at least one sample" });
  }
  if (batch.indices !== undefined && batch.indices.length !== batch.count) {
    throw settleError(
      "data/shape-mismatch",
      `A batch of ${batch.count} samples comes with ${batch.indices.length} sample indices.`,
      { help: "give one index per sample, or none" },
    );
  }
  const inputs = new Map<BufferId, Float32Array>();
  for (const { state, field, data, mask } of program.observed) {
    if (data !== undefined) {
      const what = `Field "${field}"`;
      const values = own(batch.fields, field) ?? missingField(field, state, Object.keys(batch.fields));
      inputs.set(data, checked(what, values, { state, shape: shapeOf(program, data), batch }));
    }
    if (mask !== undefined) {
      const what = `The mask of "${state}"`;
      const values = own(batch.masks ?? {}, state) ?? missingMask(state);
      inputs.set(mask, checked(what, values, { state, shape: shapeOf(program, mask), batch }));
    }
  }
  return inputs;
}

/**
 * Checks that a source offers every field a Program is fed with, in its shape, before a long run starts.
 * @throws {SettleError} `data/missing-field`, `data/shape-mismatch`, `data/empty-source`
 */
export function checkSource(program: Program, source: SampleSource): void {
  if (source.size < 1) {
    throw settleError("data/empty-source", `"${source.name}" holds no samples.`, {
      help: "name a folder or a data set with at least one sample",
    });
  }
  for (const { state, field, data } of program.observed) {
    if (data === undefined) continue;
    const got = own(source.fields, field) ?? missingField(field, state, Object.keys(source.fields));
    const expected = shapeOf(program, data);
    if (
      sizeOf(got) !== sizeOf(expected) ||
      (got.length > 1 && expected.length > 1 && String(got) !== String(expected))
    ) {
      throw settleError(
        "data/shape-mismatch",
        `"${source.name}" gives "${field}" as ${print(got)}, but "${state}" is ${print(expected)}.`,
        { help: `give "${state}" the shape ${print(got)}, or data of shape ${print(expected)}` },
      );
    }
  }
}

function checked(
  what: string,
  values: Float32Array,
  want: { readonly state: string; readonly shape: Shape; readonly batch: DataBatch },
): Float32Array {
  const { state, shape, batch } = want;
  const size = sizeOf(shape);
  if (values.length !== batch.count * size) {
    throw settleError(
      "data/shape-mismatch",
      `${what} holds ${values.length} numbers (${values.length / batch.count} a sample); ` +
        `"${state}" expects [${[batch.count, ...shape].join(", ")}], ${size} a sample.`,
      { help: `give data of shape ${print(shape)} for each sample, or change the shape of "${state}"` },
    );
  }
  const bad = firstNotFinite(values);
  if (bad >= 0) {
    const sample = sampleIndex(batch, Math.floor(bad / size));
    throw settleError(
      "data/not-finite",
      `${what} is ${values[bad]} in sample ${sample}, at entry ${bad % size} of ${size}.`,
      { help: "repair or leave out that sample: one such number would spoil every weight it meets" },
    );
  }
  return values;
}

function missingField(field: string, state: string, offered: readonly string[]): never {
  throw settleError("data/missing-field", `"${state}" is fed with "${field}", which the data do not have.`, {
    help: `the data offer: ${offered.join(", ") || "nothing"}; name one of them in /states/${state}/observed/data`,
  });
}

function missingMask(state: string): never {
  throw settleError("data/missing-mask", `"${state}" is masked, but the batch has no mask for it.`, {
    help: `add masks: { "${state}": … } with 1 where it is clamped, or settle it in another mode`,
  });
}

function shapeOf(program: Program, id: BufferId): Shape {
  const buffer = program.buffers.find((candidate) => candidate.id === id);
  if (buffer === undefined) throw new Error(`the Program names buffer ${id} but does not declare it`);
  return buffer.type.shape;
}

/** Only what the record itself holds: a field may be called `constructor`. */
function own<T>(record: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}

const print = (shape: Shape): string => `[${shape.join(", ")}]`;
