/** Programs as C, built by the machine's own compiler. */
import { settleError } from "@settle/diagnostics";
import { type KernelPlan, planProgram } from "@settle/kernels";
import type { Program } from "@settle/program";
import type { Engine, EngineStatus } from "@settle/runtime";
import { rm } from "node:fs/promises";
import { availableParallelism, cpus } from "node:os";
import { buildLibrary, type Library, libraryKey } from "./build/build-library.ts";
import { type Compiler, type CompilerOptions, findCompiler } from "./build/compiler.ts";
import { findEntry, kernelFolder } from "./build/kernel-cache.ts";
import { noteKey, readNote, writeNote } from "./build/kernel-note.ts";
import { chooseLanes } from "./choose-lanes.ts";
import { emitProgram } from "./emit/emit-program.ts";
import { canRunSingly } from "./emit/emit-single-kernels.ts";
import type { Target } from "./emit/target.ts";
import { type KernelLayout, layoutOf } from "./kernel-layout.ts";
import { NativeExecutable } from "./native-executable.ts";
import { importKoffi, openLibrary } from "./native-library.ts";

export interface NativeEngineOptions {
  /** Default: what the machine has. */
  readonly compiler?: CompilerOptions;
  /** Where compiled kernels are kept; default `kernelFolder()`. */
  readonly cache?: string;
}

export const nativeEngine: Engine = createNativeEngine();

export function createNativeEngine(options: NativeEngineOptions = {}): Engine {
  const folder = (): string => options.cache ?? kernelFolder();
  const open = async (): Promise<Opening> => {
    try {
      await importKoffi();
    } catch (fault) {
      const why = fault instanceof Error ? (fault.message.split("\n")[0] ?? "") : String(fault);
      return {
        ok: false,
        reason: `koffi, which calls compiled code, has no binary for ${process.platform} ${process.arch}: ${why}`,
        remedy: "use the wasm engine",
      };
    }
    return findCompiler({ notes: folder(), ...options.compiler });
  };
  return {
    name: "native",
    description: "kernels in C, built by this machine's compiler for its processor: the fastest on a CPU",
    async probe(): Promise<EngineStatus> {
      const opening = await open();
      if (!opening.ok) return { available: false, reason: opening.reason, remedy: opening.remedy };
      return { available: true, device: deviceOf(opening.compiler), version: opening.compiler.version };
    },
    async load(program, { threads = availableParallelism() } = {}) {
      const opening = await open();
      if (!opening.ok) {
        throw settleError("engine/unavailable", `Engine "native" does not work here: ${opening.reason}.`, {
          help: opening.remedy,
        });
      }
      const { compiler } = opening;
      const { built, layout } = await kernelsOf(program, { compiler, folder: folder() });
      const library = await openLibrary(built.path);
      if (built.temporary !== undefined) {
        const { folder: temporary, why } = built.temporary;
        process.emitWarning(
          `compiled kernels cannot be kept in ${folder()} (${why}): they will be compiled again next time`,
          {
            code: "SETTLE_KERNEL_CACHE",
          },
        );
        // Where a loaded library cannot be removed, the folder stays for the system to clear.
        await rm(temporary, { recursive: true, force: true }).catch(() => undefined);
      }
      const info = { name: "native", device: deviceOf(compiler), dtype: "float32", deterministic: true } as const;
      return new NativeExecutable(program, info, { layout, library, threads: Math.max(1, Math.floor(threads)) });
    },
  };
}

/** Compiled kernels, from the cache where they have been built before. */
async function kernelsOf(
  program: Program,
  { compiler, folder }: { readonly compiler: Compiler; readonly folder: string },
): Promise<{ readonly built: Library; readonly layout: KernelLayout }> {
  const noted = noteKey(program, compiler);
  const note = await readNote(folder, noted);
  const path = note && (await findEntry(folder, note.library));
  if (note !== undefined && path !== undefined) return { built: { path }, layout: note.layout };
  const { plan, single } = plansFor(program, compiler.target);
  const { files, room } = emitProgram(plan, compiler.target, single);
  const layout = layoutOf(plan, single, room);
  const key = libraryKey(files, compiler);
  const built = await buildLibrary(files, { key, compiler, folder });
  if (built.temporary === undefined) await writeNote(folder, noted, { library: key, layout });
  return { built, layout };
}

/** The C that the engine would build for a Program on this machine. @throws {SettleError} `engine/unsupported`, `engine/unavailable` */
export async function emitNativeC(program: Program, options: CompilerOptions = {}): Promise<string> {
  const found = await findCompiler({ notes: kernelFolder(), ...options });
  if (!found.ok)
    throw settleError("engine/unavailable", `Nobody can say which vectors to write for: ${found.reason}.`, {
      help: found.remedy,
    });
  const { target } = found.compiler;
  const { plan, single } = plansFor(program, target);
  const { files } = emitProgram(plan, target, single);
  return files.map(({ name, text }) => `/* ---- ${name} ---- */\n\n${text}`).join("\n");
}

function plansFor(program: Program, target: Target): { readonly plan: KernelPlan; readonly single?: KernelPlan } {
  const plan = planProgram(program, { lanes: chooseLanes(program, target), carry: true });
  const single = planProgram(program, { lanes: 1, carry: true });
  return { plan, ...(canRunSingly(single) && { single }) };
}

type Opening =
  | { readonly ok: true; readonly compiler: Compiler }
  | { readonly ok: false; readonly reason: string; readonly remedy: string };

function deviceOf({ target }: Compiler): string {
  return `${cpus()[0]?.model.trim() ?? process.arch}, ${availableParallelism()} cores, vectors of ${target.width}`;
}
