/**
 * Tensors in a file: the safetensors format. Eight bytes (little-endian length of the header), a JSON header that names
 * each tensor's dtype, shape and bytes, then the numbers themselves, without gaps. Own code, since the JavaScript
 * libraries read headers only; numbers are in the byte order of the machine, which Node has on little-endian ones alone.
 *
 * @source safetensors
 */
import { settleError, type SettleError } from "@settle/diagnostics";
import { type Shape, sizeOf } from "@settle/program";
import type { NumberArray } from "@settle/runtime";
import { z } from "zod";

export interface Tensor {
  /** Row-major; `[]` is a scalar. */
  readonly shape: Shape;
  /** float32 or float64, `F32` and `F64` in the file. */
  readonly data: NumberArray;
}

export interface TensorFile {
  readonly tensors: ReadonlyMap<string, Tensor>;
  /** Free text by key. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** The format's own limit: a longer header is not one. */
const headerLimit = 100_000_000;
const metadataKey = "__metadata__";
const bytesPer = { F32: 4, F64: 8 } as const;

/**
 * Lays tensors out as the bytes of a safetensors file. Same tensors, same bytes: float64 first, so that all numbers are
 * aligned, then by name.
 *
 * @throws {RangeError} when a tensor's data do not have its shape's size, or a tensor has a reserved name: our bug
 */
export function encodeSafetensors(file: TensorFile): Uint8Array {
  const names = [...file.tensors.keys()].sort(byDtypeThenName(file.tensors));
  const header: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  if (Object.keys(file.metadata).length > 0) header[metadataKey] = file.metadata;
  let end = 0;
  for (const name of names) {
    const tensor = tensorOf(file.tensors, name);
    if (name === metadataKey) throw new RangeError(`a tensor cannot be called ${metadataKey}`);
    if (sizeOf(tensor.shape) !== tensor.data.length) {
      throw new RangeError(`"${name}" has ${tensor.data.length} numbers, its shape is [${tensor.shape.join(", ")}]`);
    }
    const begin = end;
    end += tensor.data.byteLength;
    header[name] = { dtype: dtypeOf(tensor.data), shape: tensor.shape, data_offsets: [begin, end] };
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  const headerBytes = Math.ceil(text.length / 8) * 8;
  const bytes = new Uint8Array(8 + headerBytes + end);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerBytes), true);
  bytes.fill(0x20, 8, 8 + headerBytes);
  bytes.set(text, 8);
  let offset = 8 + headerBytes;
  for (const name of names) {
    const { data } = tensorOf(file.tensors, name);
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), offset);
    offset += data.byteLength;
  }
  return bytes;
}

/**
 * Reads the bytes of a safetensors file, trusting none of them.
 *
 * @param path for the diagnostics only
 * @throws {SettleError} `runs/damaged-tensors` when the file is cut short or contradicts itself, saying where;
 *   `runs/unsupported-dtype` when a tensor is neither F32 nor F64
 */
export function decodeSafetensors(bytes: Uint8Array, path: string): TensorFile {
  const { header, dataStart } = readHeader(bytes, path);
  const dataBytes = bytes.length - dataStart;
  const tensors = new Map<string, Tensor>();
  let metadata: Readonly<Record<string, string>> = {};
  const pieces: Piece[] = [];
  for (const [name, entry] of Object.entries(header)) {
    if (name === metadataKey) {
      metadata = parseEntry(
        z.record(z.string(), z.string()),
        entry,
        `its ${metadataKey} is not a table of texts`,
        path,
      );
      continue;
    }
    const piece = { name, ...parseEntry(entrySchema, entry, `the entry of "${name}" is malformed`, path) };
    checkPiece(piece, dataBytes, path);
    pieces.push(piece);
  }
  checkCoverage(pieces, dataBytes, path);
  for (const {
    name,
    dtype,
    shape,
    data_offsets: [begin, end],
  } of pieces) {
    const copy = new Uint8Array(bytes.subarray(dataStart + begin, dataStart + end)).buffer;
    tensors.set(name, { shape, data: dtype === "F64" ? new Float64Array(copy) : new Float32Array(copy) });
  }
  return { tensors, metadata };
}

/** How many entries are NaN or infinite. */
export function countNotFinite(data: NumberArray): number {
  let count = 0;
  for (const value of data) if (!Number.isFinite(value)) count += 1;
  return count;
}

const entrySchema = z.object({
  dtype: z.string(),
  shape: z.array(z.int().nonnegative()),
  data_offsets: z.tuple([z.int().nonnegative(), z.int().nonnegative()]),
});
type Piece = z.infer<typeof entrySchema> & { readonly name: string };

function readHeader(bytes: Uint8Array, path: string): { readonly header: object; readonly dataStart: number } {
  if (bytes.length < 8) throw damaged(path, `it has ${bytes.length} bytes and cannot hold the length of its header`);
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true));
  if (length > headerLimit) throw damaged(path, "its first eight bytes are not the length of a header");
  if (8 + length > bytes.length) {
    throw damaged(path, `it is cut short: the header needs ${8 + length} bytes, the file has ${bytes.length}`);
  }
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(8, 8 + length));
    const header: unknown = JSON.parse(text);
    if (typeof header === "object" && header !== null && !Array.isArray(header))
      return { header, dataStart: 8 + length };
  } catch {
    // Falls through: neither UTF-8 nor JSON.
  }
  throw damaged(path, "its header is not a JSON object");
}

function parseEntry<T>(schema: z.ZodType<T>, entry: unknown, fault: string, path: string): T {
  const result = schema.safeParse(entry);
  if (!result.success) throw damaged(path, fault);
  return result.data;
}

function checkPiece(piece: Piece, dataBytes: number, path: string): void {
  const [begin, end] = piece.data_offsets;
  if (piece.dtype !== "F32" && piece.dtype !== "F64") {
    throw settleError(
      "runs/unsupported-dtype",
      `Tensor "${piece.name}" of "${path}" is ${piece.dtype}; Settle reads F32 and F64.`,
      {
        help: `Convert it first, in Python: tensors["${piece.name}"].astype("float32").`,
        file: path,
      },
    );
  }
  const size = sizeOf(piece.shape) * bytesPer[piece.dtype];
  if (end - begin !== size) {
    const shape = `[${piece.shape.join(", ")}]`;
    throw damaged(
      path,
      `tensor "${piece.name}", ${piece.dtype} ${shape}, needs ${size} bytes, its place has ${end - begin}`,
    );
  }
  if (end > dataBytes) {
    throw damaged(
      path,
      `it is cut short: tensor "${piece.name}" ends at byte ${end} of the data, which have ${dataBytes}`,
    );
  }
}

function checkCoverage(pieces: readonly Piece[], dataBytes: number, path: string): void {
  let end = 0;
  let before = "";
  const inOrder = pieces.toSorted(
    (a, b) => a.data_offsets[0] - b.data_offsets[0] || a.data_offsets[1] - b.data_offsets[1],
  );
  for (const {
    name,
    data_offsets: [begin, pieceEnd],
  } of inOrder) {
    if (begin < end) throw damaged(path, `tensors "${before}" and "${name}" overlap`);
    if (begin > end) throw damaged(path, `${begin - end} bytes before tensor "${name}" belong to none`);
    end = pieceEnd;
    before = name;
  }
  if (end !== dataBytes) throw damaged(path, `${dataBytes - end} bytes at its end belong to no tensor`);
}

function damaged(path: string, fault: string): SettleError {
  return settleError("runs/damaged-tensors", `"${path}" is not a whole safetensors file: ${fault}.`, {
    help: "Use another checkpoint of the run, or copy the file again from where it came.",
    file: path,
  });
}

function byDtypeThenName(tensors: ReadonlyMap<string, Tensor>): (a: string, b: string) => number {
  const width = (name: string) => tensorOf(tensors, name).data.BYTES_PER_ELEMENT;
  return (a, b) => width(b) - width(a) || (a < b ? -1 : 1);
}

function tensorOf(tensors: ReadonlyMap<string, Tensor>, name: string): Tensor {
  const tensor = tensors.get(name);
  if (tensor === undefined) throw new RangeError(`no tensor "${name}"`);
  return tensor;
}

function dtypeOf(data: NumberArray): keyof typeof bytesPer {
  return data instanceof Float64Array ? "F64" : "F32";
}
