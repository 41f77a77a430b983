/** Unpacking a fetched archive. */
import { mkdtemp, rm } from "node:fs/promises";
import { extract, type ReadEntry } from "tar";
import type { FetchOptions } from "./fetch-file.ts";
import { damagedFile, errorCode, writingFault } from "./file-fault.ts";
import { join } from "node:path";

/** Unpacks into a temporary folder beside the target, lets the caller move what it wants, and removes the archive. */
export async function unpackArchive(
  archive: string,
  folder: string,
  { onProgress, signal }: FetchOptions,
  wanted: (path: string) => boolean,
  use: (inside: string) => Promise<void>,
): Promise<void> {
  const inside = await mkdtemp(join(folder, ".unpacking-")).catch((error: unknown) => {
    throw writingFault(error, folder);
  });
  let done = 0;
  try {
    await extract({
      file: archive,
      cwd: inside,
      strict: true,
      filter: (path) => !signal?.aborted && wanted(path),
      onReadEntry: (entry: ReadEntry) => onProgress?.({ kind: "unpack", file: entry.path, done: done++ }),
    }).catch((error: unknown) => {
      if (["ENOSPC", "EDQUOT", "EACCES", "EROFS"].includes(errorCode(error))) throw writingFault(error, inside);
      throw damagedFile(archive, `cannot be unpacked: ${String(error)}`, "remove it and repeat the command", error);
    });
    signal?.throwIfAborted();
    await use(inside);
    await rm(archive, { force: true });
  } finally {
    await rm(inside, { recursive: true, force: true });
  }
}
