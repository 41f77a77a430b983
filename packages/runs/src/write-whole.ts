/** Writes of which a reader sees the old content or the new, never a part: temporary file, fsync, rename. */
import { dirname } from "node:path";
import writeFileAtomic from "write-file-atomic";
import { fileFault } from "./file-fault.ts";
import { makeFolder } from "./make-folder.ts";

/**
 * Replaces a file as a whole, making the folders above it. If it fails, the old file is still there.
 *
 * @param doing what this is, as in "cannot <doing>": `write the checkpoint`
 * @throws {SettleError} `runs/disk-full`, `runs/no-permission`, `runs/read-only`, `runs/not-a-folder`, `runs/file-fault`
 */
export async function writeWhole(path: string, content: string | Uint8Array, doing: string): Promise<void> {
  try {
    await makeFolder(dirname(path));
    await writeFileAtomic(path, typeof content === "string" ? content : asBuffer(content));
  } catch (error) {
    throw fileFault(error, path, doing);
  }
}

/** What a killed process leaves of an unfinished write: the name of the file and a number behind it. */
export function isUnfinishedWrite(name: string): boolean {
  return /\.(json|jsonl|safetensors|png|svg|html)\.\d+$|^run\.lock\.[\da-f-]+$/.test(name);
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
