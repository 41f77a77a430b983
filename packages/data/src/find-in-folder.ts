/** Looks into folders, saying what is wrong with them. */
import type { Dirent } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { settleError } from "@settle/diagnostics";
import { errorCode, readingFault } from "./file-fault.ts";

/**
 * The entries of a folder by name, hidden ones left out.
 *
 * @throws {SettleError} `data/missing-folder`, `data/unreadable`
 */
export async function entriesOf(folder: string, origin: string): Promise<readonly Dirent[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.filter(({ name }) => !name.startsWith(".")).sort((a, b) => compareNames(a.name, b.name));
  } catch (error) {
    if (errorCode(error) !== "ENOENT") throw readingFault(error, folder, origin);
    throw settleError("data/missing-folder", `The folder ${folder} does not exist.`, {
      file: folder,
      help: origin,
      cause: error,
    });
  }
}

/** By code unit, so that the order is the same on every machine. */
function compareNames(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/**
 * The first of several candidate subfolders that has at least one of the wanted files; undefined if none has.
 *
 * @throws {SettleError} `data/missing-folder`, `data/unreadable` for the folder itself; `data/empty-folder`
 */
export async function folderWith(
  folder: string,
  subfolders: readonly string[],
  wanted: (name: string) => boolean,
  origin: string,
): Promise<{ readonly folder: string; readonly names: readonly string[] } | undefined> {
  const top = await entriesOf(folder, origin);
  if (top.length === 0) throw emptyFolder(folder, origin);
  for (const subfolder of ["", ...subfolders]) {
    const path = join(folder, subfolder);
    const entries = subfolder === "" ? top : await entriesOf(path, origin).catch(() => []);
    const names = entries.map(({ name }) => name);
    if (names.some(wanted)) return { folder: path, names };
  }
  return undefined;
}

export function emptyFolder(folder: string, origin: string): Error {
  return settleError("data/empty-folder", `The folder ${folder} holds nothing to read.`, {
    file: folder,
    help: origin,
  });
}
