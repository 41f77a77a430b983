/** IDX files, MNIST's form: a magic number, the sizes of the axes, then unsigned bytes. Gzipped or not. */
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { type ByteStore, memoryBytes, openFileBytes } from "./byte-store.ts";
import { bytes, damagedFile, wrongSize } from "./file-fault.ts";

export interface IdxFile {
  readonly bytes: ByteStore;
  /** `[samples, …]`. */
  readonly axes: readonly number[];
  /** Where the numbers begin. */
  readonly offset: number;
}

const unsignedByte = 0x08;
const inflate = promisify(gunzip);

/**
 * A gzipped file is inflated into memory; another one stays where it is and is read in pieces.
 *
 * @param rank how many axes the file must have, or several allowed numbers
 * @throws {SettleError} `data/damaged-file`, `data/wrong-size`, `data/missing-file`, `data/unreadable`
 */
export async function openIdx(path: string, rank: readonly number[], origin: string): Promise<IdxFile> {
  const store = await openInflated(path, origin);
  if (store.size < 4) throw wrongSize(path, store.size, "at least a header of 8 bytes", origin);
  const magic = await store.read(0, 4);
  const [zero1, zero2, type, axisCount = 0] = magic;
  if (zero1 !== 0 || zero2 !== 0 || type !== unsignedByte || !rank.includes(axisCount)) {
    await store.close();
    throw damagedFile(
      path,
      `begins with ${Buffer.from(magic).toString("hex")}; an IDX file of bytes with ${rank.join(" or ")} axes begins with ${rank.map((n) => `0000080${n}`).join(" or ")}`,
      origin,
    );
  }
  const offset = 4 + 4 * axisCount;
  if (store.size < offset) throw wrongSize(path, store.size, `a header of ${offset} bytes`, origin);
  const header = Buffer.from(await store.read(4, 4 * axisCount));
  const axes = Array.from({ length: axisCount }, (_, axis) => header.readUInt32BE(4 * axis));
  const expected = offset + axes.reduce((a, b) => a * b, 1);
  if (store.size !== expected) {
    await store.close();
    const inflated = path.endsWith(".gz") ? " once inflated" : "";
    throw wrongSize(path, store.size, `${bytes(expected)}${inflated} for its [${axes.join(", ")}]`, origin);
  }
  return { bytes: store, axes, offset };
}

async function openInflated(path: string, origin: string): Promise<ByteStore> {
  const store = await openFileBytes(path, origin);
  const head = await store.read(0, Math.min(2, store.size));
  if (head[0] !== 0x1f || head[1] !== 0x8b) return store;
  const packed = await store.read(0, store.size);
  await store.close();
  try {
    return memoryBytes(path, await inflate(packed));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw damagedFile(path, `cannot be inflated: ${why} (it has ${bytes(packed.length)})`, origin, error);
  }
}
