/**
 * Tensors in a file that numpy writes with `savez` and reads with `load`: a zip archive with one `.npy` array a tensor. An
 * array is six magic bytes, two of version, a header that is a Python dict as text, then the numbers.
 *
 * @source npy
 */
import { settleError, type SettleError } from "@settle/diagnostics";
import { type Shape, sizeOf } from "@settle/program";
import { unzipSync, type Zippable, zipSync } from "fflate";
import type { Tensor } from "./safetensors.ts";

const magic = "\u0093NUMPY";
const extension = ".npy";
const arrays = { "<f4": Float32Array, "<f8": Float64Array } as const;
/** Zip keeps times; equal tensors give equal bytes. */
const noTime = { level: 0, mtime: new Date(1980, 0, 1) } as const;

/** The bytes of an `.npz` file, arrays in order of name, without compression (weights do not compress). */
export function encodeNpz(tensors: ReadonlyMap<string, Tensor>): Uint8Array {
  const files: Zippable = {};
  for (const name of [...tensors.keys()].toSorted())
    files[`${name}${extension}`] = [encodeNpy(tensors.get(name)!), noTime];
  return zipSync(files);
}

/**
 * Reads the bytes of an `.npz` file, trusting none of them.
 *
 * @param path for the diagnostics only
 * @throws {SettleError} `runs/damaged-tensors`; `runs/unsupported-dtype` when an array is neither float32 nor float64
 */
export function decodeNpz(bytes: Uint8Array, path: string): ReadonlyMap<string, Tensor> {
  let files: Readonly<Record<string, Uint8Array>>;
  try {
    files = unzipSync(bytes);
  } catch {
    throw damaged(path, "the archive cannot be opened");
  }
  const tensors = new Map<string, Tensor>();
  for (const [file, content] of Object.entries(files)) {
    if (!file.endsWith(extension)) throw damaged(path, `"${file}" in it is no ${extension} array`);
    const name = file.slice(0, -extension.length);
    tensors.set(name, decodeNpy(content, name, path));
  }
  return tensors;
}

function encodeNpy({ shape, data }: Tensor): Uint8Array {
  if (sizeOf(shape) !== data.length) throw new RangeError(`${data.length} numbers for the shape [${shape.join(", ")}]`);
  const descr = data instanceof Float64Array ? "<f8" : "<f4";
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
  const dict = `{'descr': '${descr}', 'fortran_order': False, 'shape': ${tuple}, }`;
  // Numbers begin at a multiple of 64; the header ends in a newline.
  const length = Math.ceil((10 + dict.length + 1) / 64) * 64;
  const bytes = new Uint8Array(length + data.byteLength);
  const text = `${dict.padEnd(length - 11)}\n`;
  bytes.set(Uint8Array.from(magic, (character) => character.charCodeAt(0)));
  bytes[6] = 1;
  new DataView(bytes.buffer).setUint16(8, text.length, true);
  bytes.set(new TextEncoder().encode(text), 10);
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), length);
  return bytes;
}

function decodeNpy(bytes: Uint8Array, name: string, path: string): Tensor {
  const latin = (from: number, to: number): string => String.fromCharCode(...bytes.subarray(from, to));
  const [long, view] = [(bytes[6] ?? 0) > 1, new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)];
  const begin = long ? 12 : 10;
  if (bytes.length < begin || latin(0, 6) !== magic) throw damaged(path, `"${name}" does not begin as an array`);
  const end = begin + (long ? view.getUint32(8, true) : view.getUint16(8, true));
  if (end > bytes.length) throw damaged(path, `"${name}" is cut short`);
  const header = latin(begin, Math.min(end, begin + 65_536));
  const descr = /'descr':\s*'([^']*)'/.exec(header)?.[1];
  const order = /'fortran_order':\s*(True|False)/.exec(header)?.[1];
  const tuple = /'shape':\s*\(([\d\s,]*)\)/.exec(header)?.[1];
  if (descr === undefined || order === undefined || tuple === undefined)
    throw damaged(path, `the header of "${name}" is malformed`);
  if (descr !== "<f4" && descr !== "<f8") {
    throw settleError("runs/unsupported-dtype", `Array "${name}" of "${path}" is ${descr}; Settle reads <f4 and <f8.`, {
      help: `Convert it first, in Python: arrays["${name}"].astype("float32").`,
      file: path,
    });
  }
  const shape = tuple
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "")
    .map(Number);
  const type = arrays[descr];
  const wanted = sizeOf(shape) * type.BYTES_PER_ELEMENT;
  if (bytes.length - end !== wanted)
    throw damaged(path, `"${name}", ${descr} (${tuple}), needs ${wanted} bytes, and has ${bytes.length - end}`);
  const data = new type(bytes.slice(end).buffer);
  return { shape, data: order === "True" ? rowMajor(data, shape) : data };
}

/** Numbers that numpy laid out first axis fastest, last axis fastest. */
function rowMajor<Numbers extends Float32Array | Float64Array>(data: Numbers, shape: Shape): Numbers {
  const result = data.slice() as Numbers;
  const place = shape.map(() => 0);
  for (let k = 0; k < result.length; k++) {
    let from = 0;
    for (let axis = shape.length - 1; axis >= 0; axis--) from = from * shape[axis]! + place[axis]!;
    result[k] = data[from]!;
    for (let axis = shape.length - 1; axis >= 0 && ++place[axis]! === shape[axis]; axis--) place[axis] = 0;
  }
  return result;
}

function damaged(path: string, fault: string): SettleError {
  return settleError("runs/damaged-tensors", `"${path}" is not a whole npz file: ${fault}.`, {
    help: 'Write it again: numpy.savez("weights.npz", **{"W1": …}).',
    file: path,
  });
}
