/**
 * Which library belongs to a Program, and where its kernels find their arrays, so that a Program which was loaded before
 * need be neither planned nor written as C: that takes longer than all the rest of a load. What is noted may be lost at
 * any time.
 */
import { type Program, serializeProgram } from "@settle/program";
import { createHash, randomBytes } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { KernelLayout } from "../kernel-layout.ts";
import type { Compiler } from "./compiler.ts";

export interface KernelNote {
  /** Key of the library in the cache. */
  readonly library: string;
  readonly layout: KernelLayout;
}

/** Changes with the Program, the compiler, and whatever plans kernels and writes the C. */
export function noteKey(program: Program, compiler: Compiler): string {
  return createHash("sha256")
    .update((makers ??= hashOfMakers()))
    .update(compiler.identity)
    .update(serializeProgram(program))
    .digest("hex")
    .slice(0, 32);
}

export async function readNote(folder: string, key: string): Promise<KernelNote | undefined> {
  try {
    const stored = JSON.parse(await readFile(pathOf(folder, key), "utf8")) as Partial<StoredNote> | null;
    return stored?.note !== undefined && stored.sha256 === hashOf(stored.note) ? stored.note : undefined;
  } catch {
    // Not noted yet, or damaged.
    return undefined;
  }
}

export async function writeNote(folder: string, key: string, note: KernelNote): Promise<void> {
  const path = pathOf(folder, key);
  const unfinished = `${path}.${process.pid}-${randomBytes(6).toString("hex")}`;
  const stored: StoredNote = { sha256: hashOf(note), note };
  try {
    await mkdir(folder, { recursive: true });
    await writeFile(unfinished, JSON.stringify(stored));
    await rename(unfinished, path);
  } catch {
    // Only time is lost.
  }
}

/** Kernels that took a damaged note's word for it would write anywhere. */
interface StoredNote {
  readonly sha256: string;
  readonly note: KernelNote;
}

const pathOf = (folder: string, key: string): string => join(folder, `plan-${key}.json`);

const hashOf = (note: KernelNote): string => createHash("sha256").update(JSON.stringify(note)).digest("hex");

/** The modules that make a library and its layout of a Program, as one hash. */
let makers: string | undefined;

function hashOfMakers(): string {
  const hash = createHash("sha256");
  const packages = ["@settle/program", "@settle/kernels"].map((name) => new URL("./", import.meta.resolve(name)));
  for (const folder of [...packages, new URL("../", import.meta.url), new URL("../emit/", import.meta.url)]) {
    // Not asynchronously: for a hundred small files that takes several times as long.
    const names = readdirSync(folder).filter((name) => /\.[jt]s$/.test(name));
    for (const name of names.toSorted()) hash.update(readFileSync(new URL(name, folder)));
  }
  return hash.digest("hex");
}
