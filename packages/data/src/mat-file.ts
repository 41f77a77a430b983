/**
 * MATLAB version 5 files with numeric matrices, read as a stream.
 *
 * Written here because the one library that reads such files from Node, mat-for-js, is under the GPL and turns every byte
 * into an element of an ordinary array (SVHN's training images are 225 million). This reads just what image sets need:
 * real matrices of bytes, and small ones of other numbers.
 *
 * @source MAT-File Format, The MathWorks, "Level 5 MAT-File Format"
 */
import { createReadStream } from "node:fs";
import { mkdtemp, open as openHandle, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInflate } from "node:zlib";
import { type ByteStore, memoryBytes, openFileBytes } from "./byte-store.ts";
import { ByteStream } from "./byte-stream.ts";
import { bytes, damagedFile, wrongSize, writingFault } from "./file-fault.ts";

export interface MatMatrix {
  readonly name: string;
  readonly axes: readonly number[];
  /** The elements in MATLAB's order, the first axis fastest: bytes as they are, other numbers rounded into them. */
  readonly elements: ByteStore;
}

/** Larger matrices go to a temporary file instead of memory: SVHN's training set fits, its "extra" set does not. */
const defaultInMemory = 512 << 20;

const headerSize = 128;
const tag = {
  int8: 1,
  uint8: 2,
  int16: 3,
  uint16: 4,
  int32: 5,
  uint32: 6,
  single: 7,
  double: 9,
  matrix: 14,
  compressed: 15,
} as const;

/**
 * Reads the named matrices of a file.
 *
 * @throws {SettleError} `data/damaged-file`, `data/wrong-size`, `data/missing-file`, `data/unreadable`; `data/disk-full`
 *   or `data/not-writable` when a huge matrix cannot be put into the temporary folder
 */
export async function readMat(
  path: string,
  wanted: readonly string[],
  origin: string,
  largestInMemory: number = defaultInMemory,
): Promise<ReadonlyMap<string, MatMatrix>> {
  const file = await openFileBytes(path, origin);
  try {
    if (file.size < headerSize) throw wrongSize(path, file.size, `at least the header of ${headerSize} bytes`, origin);
    const header = Buffer.from(await file.read(0, headerSize));
    checkHeader(header, path, origin);
    const found = new Map<string, MatMatrix>();
    for (let at = headerSize; at + 8 <= file.size;) {
      const element = Buffer.from(await file.read(at, 8));
      const kind = element.readUInt32LE(0);
      const size = element.readUInt32LE(4);
      const end = at + 8 + size;
      if (end > file.size) throw wrongSize(path, file.size, `at least ${bytes(end)}`, origin);
      if ((kind === tag.matrix || kind === tag.compressed) && size > 0) {
        const matrix = await readElement(path, at + 8, end, kind === tag.compressed, {
          wanted,
          origin,
          largestInMemory,
        });
        if (matrix) found.set(matrix.name, matrix);
      }
      at = end;
    }
    for (const name of wanted) {
      if (!found.has(name)) throw damagedFile(path, `has no numeric matrix "${name}"`, origin);
    }
    return found;
  } finally {
    await file.close();
  }
}

interface ReadOptions {
  readonly wanted: readonly string[];
  readonly origin: string;
  readonly largestInMemory: number;
}

function checkHeader(header: Buffer, path: string, origin: string): void {
  const text = header.toString("latin1", 0, 116);
  if (text.startsWith("MATLAB 7.3")) {
    throw damagedFile(
      path,
      "is a MATLAB 7.3 file; version 5 is read",
      `save it with -v7 in MATLAB, or use the official file: ${origin}`,
    );
  }
  if (header.readUInt16LE(124) === 0x0100 && header.toString("latin1", 126, 128) === "IM") return;
  throw damagedFile(path, "is not a little-endian MATLAB version 5 file", origin);
}

async function readElement(
  path: string,
  from: number,
  end: number,
  compressed: boolean,
  options: ReadOptions,
): Promise<MatMatrix | undefined> {
  const raw = createReadStream(path, { start: from, end: end - 1, highWaterMark: 1 << 20 });
  const source = compressed ? raw.pipe(createInflate({ chunkSize: 1 << 18 })) : raw;
  raw.on("error", (error) => source.destroy(error));
  const stream = new ByteStream(source);
  try {
    if (compressed) await stream.take(8);
    return await readMatrix(stream, path, options);
  } catch (error) {
    if (error instanceof Error && "diagnostic" in error) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw damagedFile(path, `is damaged after byte ${from.toLocaleString("en-US")}: ${why}`, options.origin, error);
  } finally {
    source.destroy();
    raw.destroy();
  }
}

async function readMatrix(
  stream: ByteStream,
  path: string,
  { wanted, origin, largestInMemory }: ReadOptions,
): Promise<MatMatrix | undefined> {
  await readPart(stream);
  const axesPart = await readPart(stream);
  const axes = Array.from({ length: axesPart.content.length / 4 }, (_, i) => axesPart.content.readInt32LE(4 * i));
  const name = (await readPart(stream)).content.toString("latin1");
  if (!wanted.includes(name)) return undefined;
  const { kind, size, inTag } = await readTag(stream);
  const count = axes.reduce((a, b) => a * b, 1);
  const width = widthOf(kind);
  if (width === undefined || size !== count * width || (width > 1 && size > largestInMemory)) {
    throw damagedFile(
      path,
      `holds "${name}" in a form that is not read (type ${kind}, ${bytes(size)} for [${axes.join(", ")}])`,
      origin,
    );
  }
  const whole = inTag ?? (size <= largestInMemory ? await stream.take(size) : undefined);
  if (whole === undefined) return { name, axes, elements: await spill(stream, size) };
  return { name, axes, elements: memoryBytes(path, width === 1 ? whole : toBytes(whole, kind, count)) };
}

interface Tag {
  readonly kind: number;
  readonly size: number;
  /** Up to four bytes are kept in the tag itself. */
  readonly inTag?: Buffer;
}

async function readTag(stream: ByteStream): Promise<Tag> {
  const head = await stream.take(8);
  const small = head.readUInt16LE(2);
  if (small === 0) return { kind: head.readUInt32LE(0), size: head.readUInt32LE(4) };
  return { kind: head.readUInt16LE(0), size: small, inTag: head.subarray(4, 4 + small) };
}

/** A small part whole, with the padding to eight bytes after it. */
async function readPart(stream: ByteStream): Promise<{ readonly content: Buffer }> {
  const { size, inTag } = await readTag(stream);
  if (inTag) return { content: inTag };
  const padded = Math.ceil(size / 8) * 8;
  return { content: (await stream.take(padded)).subarray(0, size) };
}

/** Into a temporary file, which is removed at once where the system lets open files be removed, else when it is closed. */
async function spill(stream: ByteStream, size: number): Promise<ByteStore> {
  const folder = await mkdtemp(join(tmpdir(), "settle-mat-"));
  const path = join(folder, "matrix");
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true }).catch(() => {});
  try {
    const file = await openHandle(path, "w");
    try {
      await stream.copy(size, async (chunk, at) => {
        await file.write(chunk, 0, chunk.length, at).catch((error: unknown) => {
          throw writingFault(error, path);
        });
      });
    } finally {
      await file.close();
    }
    const opened = await openFileBytes(path);
    if (process.platform !== "win32") await remove();
    return { ...opened, close: async () => opened.close().then(remove) };
  } catch (error) {
    await remove();
    throw error;
  }
}

function widthOf(kind: number): number | undefined {
  switch (kind) {
    case tag.int8:
    case tag.uint8:
      return 1;
    case tag.int16:
    case tag.uint16:
      return 2;
    case tag.int32:
    case tag.uint32:
    case tag.single:
      return 4;
    case tag.double:
      return 8;
    default:
      return undefined;
  }
}

function toBytes(content: Buffer, kind: number, count: number): Uint8Array {
  const numbers = Uint8Array.from({ length: count }, (_, i) => {
    switch (kind) {
      case tag.int16:
        return content.readInt16LE(2 * i);
      case tag.uint16:
        return content.readUInt16LE(2 * i);
      case tag.int32:
        return content.readInt32LE(4 * i);
      case tag.uint32:
        return content.readUInt32LE(4 * i);
      case tag.single:
        return content.readFloatLE(4 * i);
      default:
        return content.readDoubleLE(8 * i);
    }
  });
  return numbers;
}
