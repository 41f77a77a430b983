/**
 * Compiled kernels on disk, for all processes of a user. An entry is one file `<key>-<sha256 of its content>.so`: it
 * appears whole by a rename, and a damaged one is known by its name.
 */
import { createHash, randomBytes } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, stat, unlink, utimes } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";

/** `SETTLE_KERNELS` if set; otherwise `settle/kernels` in the user's cache folder. */
export function kernelFolder(environment: Readonly<Record<string, string | undefined>> = process.env): string {
  if (environment["SETTLE_KERNELS"]) return environment["SETTLE_KERNELS"];
  const cache =
    process.platform === "win32" && environment["LOCALAPPDATA"]
      ? environment["LOCALAPPDATA"]
      : environment["XDG_CACHE_HOME"] || join(homedir(), ".cache");
  return join(cache, "settle", "kernels");
}

/** Bytes a cache may take before the entries that were not used for longest go. */
const cacheLimit = 256 * 2 ** 20;

/** How long a folder of an unfinished build is taken to be somebody's who is still at it, in milliseconds. */
const unfinishedFor = 3_600_000;

/** The entry's path, or `undefined` if there is none; damaged ones are removed. Marks it as used. */
export async function findEntry(folder: string, key: string): Promise<string | undefined> {
  for (const name of await listing(folder)) {
    if (!name.startsWith(`${key}-`)) continue;
    const path = join(folder, name);
    try {
      if (name === entryName(key, await readFile(path))) {
        const now = new Date();
        await utimes(path, now, now).catch(() => undefined);
        return path;
      }
      await unlink(path);
    } catch {
      // Somebody removed it meanwhile, or it cannot be read: as if it were not there.
    }
  }
  return undefined;
}

/**
 * Makes an entry.
 * @param build  writes the library into the folder it is given and returns its path
 * @throws what `build` throws, and the file system's errors
 */
export async function addEntry(
  folder: string,
  key: string,
  build: (folder: string) => Promise<string>,
  limit = cacheLimit,
): Promise<string> {
  const unfinished = join(folder, `unfinished-${process.pid}-${randomBytes(6).toString("hex")}`);
  await mkdir(unfinished, { recursive: true });
  try {
    const built = await build(unfinished);
    const path = join(folder, entryName(key, await readFile(built)));
    await rename(built, path);
    await makeRoom(folder, path, limit);
    return path;
  } finally {
    await rm(unfinished, { recursive: true, force: true }).catch(() => undefined);
  }
}

/** Empties the cache. @returns the bytes that came free */
export async function clearNativeCache(folder: string = kernelFolder()): Promise<number> {
  let freed = 0;
  for (const name of await listing(folder)) {
    if (!isOurs(name)) continue;
    const path = join(folder, name);
    const info = await stat(path).catch(() => undefined);
    await rm(path, { recursive: true, force: true });
    if (info?.isFile()) freed += info.size;
  }
  return freed;
}

async function makeRoom(folder: string, keep: string, limit: number): Promise<void> {
  const entries: { readonly path: string; readonly size: number; readonly used: number }[] = [];
  for (const name of await listing(folder)) {
    const path = join(folder, name);
    const info = isOurs(name) ? await stat(path).catch(() => undefined) : undefined;
    if (info === undefined) continue;
    if (info.isFile()) entries.push({ path, size: info.size, used: info.mtimeMs });
    else if (Date.now() - info.mtimeMs > unfinishedFor)
      await rm(path, { recursive: true, force: true }).catch(() => undefined);
  }
  let total = entries.reduce((sum, { size }) => sum + size, 0);
  for (const { path, size } of entries.toSorted((a, b) => a.used - b.used)) {
    if (total <= limit) return;
    if (path === keep) continue;
    await unlink(path).catch(() => undefined);
    total -= size;
  }
}

const isOurs = (name: string): boolean =>
  /^[\da-f]{32}-[\da-f]{64}\.so$|^unfinished-|^(compiler|plan)-[\da-f]{32}\.json/.test(name);

const entryName = (key: string, content: Uint8Array): string =>
  `${key}-${createHash("sha256").update(content).digest("hex")}.so`;

async function listing(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch {
    return [];
  }
}
