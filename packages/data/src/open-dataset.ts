/** From what a user types after `--data` to a split that can be read. */
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { closest, settleError } from "@settle/diagnostics";
import { binaryTable } from "./binary-table.ts";
import { openCifar10 } from "./cifar10.ts";
import { openCinic10 } from "./cinic10.ts";
import { openColorMnist, openMnist10k } from "./color-mnist.ts";
import { dataFolder } from "./data-folder.ts";
import { createDataset, type Dataset, type Split, type TableSplit } from "./dataset.ts";
import { openImageFolder } from "./image-folder.ts";
import { knownDataset, originOf } from "./known-datasets.ts";
import { openIdxSet, openMnistLike } from "./mnist-like.ts";
import { openSvhn } from "./svhn.ts";

export interface OpenOptions {
  /** Default `train`. */
  readonly split?: Split;
  /** Only the first so many samples of the split. */
  readonly limit?: number;
  /** Where sets named without a folder are looked for; default `dataFolder()`. */
  readonly dataFolder?: string;
}

/** Opens the set's files in a folder (or, for `idx`, a file). */
type Opener = (path: string, split: Split) => Promise<TableSplit>;

const openers: Readonly<Record<string, Opener>> = {
  "color-mnist": openColorMnist,
  mnist: (path, split) => openMnistLike("mnist", path, split),
  "fashion-mnist": (path, split) => openMnistLike("fashion-mnist", path, split),
  kmnist: (path, split) => openMnistLike("kmnist", path, split),
  cifar10: openCifar10,
  svhn: openSvhn,
  cinic10: (path, split) => openCinic10(path, split, { withoutCifar: false }),
  "cinic10-imagenet": (path, split) => openCinic10(path, split, { withoutCifar: true }),
  idx: openIdxSet,
  folder: openImageFolder,
};

/** Sets the machine can make by itself. */
const builtIn: Readonly<Record<string, (split: Split) => Promise<TableSplit>>> = {
  "color-mnist": (split) => openColorMnist(undefined, split),
  mnist10k: openMnist10k,
};

/**
 * Opens one split of a data set. Nothing but indices and, where files are gzipped, their content is held in memory.
 *
 * @param name `NAME` of a set that needs no files or was fetched before, `NAME:DIR` with its official files in a folder,
 *   `idx:FILE` with any IDX file of images, or a folder of PNG or JPEG files (`DIR` or `folder:DIR`); `binary:` before any
 *   of them makes 1 of what is above one half and 0 of the rest
 * @returns images in 0 … 1 as `[samples, height, width, channels]` under `image`, one-hot `label` where there are labels
 * @throws {SettleError} `data/unknown-set`, `data/missing-folder`, `data/missing-file`, `data/empty-folder`,
 *   `data/wrong-size`, `data/damaged-file`, `data/image-size`, `data/unreadable`, `data/no-split`, `data/bad-limit`
 */
export async function openDataset(name: string, options: OpenOptions = {}): Promise<Dataset> {
  const { split = "train", limit } = options;
  const { set, open } = locate(name, options.dataFolder ?? dataFolder());
  return createDataset(set, split, await open(split), limit);
}

interface Located {
  readonly set: string;
  readonly open: (split: Split) => Promise<TableSplit>;
}

function locate(name: string, fetchedInto: string): Located {
  const colon = name.indexOf(":");
  const prefix = colon < 0 ? name : name.slice(0, colon);
  const path = colon < 0 ? undefined : name.slice(colon + 1);
  if (prefix === "binary" && path !== undefined && path !== "") {
    const { set, open } = locate(path, fetchedInto);
    return { set: `binary-${set}`, open: async (split) => binaryTable(await open(split)) };
  }
  const opener = openers[prefix];
  if (path !== undefined && path !== "" && opener !== undefined) {
    return { set: prefix, open: (split) => opener(path, split) };
  }
  if (path === undefined) {
    const own = builtIn[name];
    if (own) return { set: name, open: own };
    if (opener !== undefined && knownDataset(filesOf(name)) !== undefined) {
      const fetched = join(fetchedInto, filesOf(name));
      if (!existsSync(fetched)) throw notFetched(name, fetched);
      return { set: name, open: (split) => opener(fetched, split) };
    }
  }
  // A single letter before a colon is a drive, not a set.
  if (existsSync(name) || /^[a-z]:|[/\\]/i.test(name)) {
    if (existsSync(name) && !statSync(name).isDirectory()) throw notAFolder(name);
    return { set: "folder", open: (split) => openImageFolder(name, split) };
  }
  throw unknownSet(name, prefix);
}

/** The set whose files a name reads. */
function filesOf(name: string): string {
  return name === "cinic10-imagenet" ? "cinic10" : name;
}

function notFetched(name: string, folder: string): Error {
  return settleError("data/missing-folder", `The data set ${name} is not on this machine: ${folder} does not exist.`, {
    file: folder,
    help: `\`settle data get ${filesOf(name)}\` fetches it; or give its folder, ${name}:DIR (${originOf(filesOf(name))})${name === "mnist" ? "; mnist10k, its first 10,000 digits, needs neither" : ""}`,
  });
}

function notAFolder(path: string): Error {
  return settleError("data/missing-folder", `${path} is a file, not a folder of images.`, {
    file: path,
    help: "name the folder it is in; for an IDX file write idx:FILE",
  });
}

function unknownSet(name: string, prefix: string): Error {
  const names = [...new Set([...Object.keys(openers), ...Object.keys(builtIn)])];
  const near = closest(prefix, names);
  return settleError("data/unknown-set", `There is no data set and no folder named "${name}".`, {
    help: `${near === undefined ? "" : `did you mean "${near}"? `}known are ${names.join(", ")}, each as NAME:DIR`,
  });
}
