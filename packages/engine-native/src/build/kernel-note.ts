/**
 * Which library belongs to a plan, so that its C need not be written to find it: writing takes longer than all the rest of
 * a load. What is noted may be lost at any time.
 */
import type { KernelPlan } from "@settle/kernels";
import { createHash, randomBytes } from "node:crypto";
import { mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Room } from "../emit/c-text.ts";
import type { Compiler } from "./compiler.ts";

export interface KernelNote {
  /** Key of the library in the cache. */
  readonly library: string;
  /** What memory its kernels need. */
  readonly room: Readonly<Room>;
}

/** Changes with the plans, the compiler and what writes the C. */
export async function noteKey(plans: readonly (KernelPlan | undefined)[], compiler: Compiler): Promise<string> {
  return createHash("sha256")
    .update(await emitterText())
    .update(compiler.identity)
    .update(JSON.stringify(plans))
    .digest("hex")
    .slice(0, 32);
}

export async function readNote(folder: string, key: string): Promise<KernelNote | undefined> {
  try {
    const note = JSON.parse(await readFile(pathOf(folder, key), "utf8")) as Partial<KernelNote> | null;
    const { library, room } = note ?? {};
    const whole = typeof library === "string" && Number.isInteger(room?.shared) && Number.isInteger(room?.temporary);
    return whole ? ({ library, room } as KernelNote) : undefined;
  } catch {
    // Not noted yet, or damaged.
    return undefined;
  }
}

export async function writeNote(folder: string, key: string, note: KernelNote): Promise<void> {
  const path = pathOf(folder, key);
  const unfinished = `${path}.${process.pid}-${randomBytes(6).toString("hex")}`;
  try {
    await mkdir(folder, { recursive: true });
    await writeFile(unfinished, JSON.stringify(note));
    await rename(unfinished, path);
  } catch {
    // Only time is lost.
  }
}

const pathOf = (folder: string, key: string): string => join(folder, `plan-${key}.json`);

/** The modules that write the C, as one hash. */
function emitterText(): Promise<string> {
  return (known ??= hashFolder(new URL("../emit/", import.meta.url)));
}
let known: Promise<string> | undefined;

async function hashFolder(folder: URL): Promise<string> {
  const hash = createHash("sha256");
  const names = (await readdir(folder)).filter((name) => /\.[jt]s$/.test(name)).toSorted();
  const texts = await Promise.all(names.map((name) => readFile(new URL(name, folder))));
  for (const text of texts) hash.update(text);
  return hash.digest("hex");
}
