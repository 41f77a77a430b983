/** C files → the path of a library, from the cache where it has been built before. */
import { settleError, SettleError } from "@settle/diagnostics";
import { createHash } from "node:crypto";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { EmittedFile } from "../emit/emit-program.ts";
import { type Compiler, runCompiler } from "./compiler.ts";
import { addEntry, findEntry } from "./kernel-cache.ts";

export interface Library {
  readonly path: string;
  /** Seconds the compiler took; absent if it was in the cache. */
  readonly compiled?: number;
  /** A folder to remove once the library is loaded: the cache could not be written. */
  readonly temporary?: { readonly folder: string; readonly why: string };
}

/** Changes with the C, the compiler, its flags and what the processor can do. */
export function libraryKey(files: readonly EmittedFile[], compiler: Compiler): string {
  return createHash("sha256").update(compiler.identity).update(JSON.stringify(files)).digest("hex").slice(0, 32);
}

/**
 * @param key  of these files
 * @throws {SettleError} `engine/compile-failed` with what the compiler said
 */
export async function buildLibrary(
  files: readonly EmittedFile[],
  { key, compiler, folder }: { readonly key: string; readonly compiler: Compiler; readonly folder: string },
): Promise<Library> {
  const known = await findEntry(folder, key);
  if (known !== undefined) return { path: known };
  const start = performance.now();
  const seconds = (): number => (performance.now() - start) / 1000;
  try {
    return { path: await addEntry(folder, key, (into) => compile(files, compiler, into)), compiled: seconds() };
  } catch (fault) {
    if (fault instanceof SettleError) throw fault;
    const temporary = {
      folder: await mkdtemp(join(tmpdir(), "settle-kernels-")),
      why: fault instanceof Error ? fault.message : String(fault),
    };
    return { path: await compile(files, compiler, temporary.folder), compiled: seconds(), temporary };
  }
}

/** All files side by side, then the linker. */
async function compile(files: readonly EmittedFile[], compiler: Compiler, folder: string): Promise<string> {
  const objects = await Promise.all(
    files.map(async ({ name, text, hot }) => {
      const source = join(folder, name);
      await writeFile(source, text);
      await attempt(compiler, [
        ...compiler.flags,
        hot ? "-O3" : "-O1",
        ...compiler.extraFlags,
        "-c",
        "-o",
        `${source}.o`,
        source,
      ]);
      return `${source}.o`;
    }),
  );
  const library = join(folder, "kernels.so");
  await attempt(compiler, [...compiler.flags, ...compiler.extraFlags, "-shared", "-o", library, ...objects]);
  return library;
}

async function attempt({ path, version }: Compiler, args: readonly string[]): Promise<void> {
  const answer = await runCompiler(path, args);
  if (answer.ok) return;
  // The folder's fault, not the kernels': another folder may do.
  if (/No space left|quota exceeded|Read-only file system/i.test(answer.fault))
    throw new Error(answer.fault.split("\n")[0]);
  throw settleError(
    "engine/compile-failed",
    `The C compiler ${path} (${version}) failed on the kernels of this circuit.`,
    {
      note: answer.fault.split("\n").slice(0, 20).join("\n"),
      help: "use another compiler (SETTLE_CC=/path/to/cc), or another engine: `settle engines` lists them",
    },
  );
}
