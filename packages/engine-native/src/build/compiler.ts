/** Finds a C compiler and asks it which vectors this processor has. */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { access, mkdir, mkdtemp, readFile, realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import type { Target } from "../emit/target.ts";

/** In order of preference. */
const names = ["clang", "gcc", "cc"];

export interface Compiler {
  readonly path: string;
  /** `gcc 12.2.0` */
  readonly version: string;
  /** Everything but the level of optimisation, input and output. */
  readonly flags: readonly string[];
  /** The user's flags, behind all others so that they win. */
  readonly extraFlags: readonly string[];
  readonly target: Target;
  /** Changes with the compiler, its flags and what the processor can do. */
  readonly identity: string;
}

export type CompilerSearch =
  | { readonly ok: true; readonly compiler: Compiler }
  | { readonly ok: false; readonly reason: string; readonly remedy: string };

export interface CompilerOptions {
  /** Path or name of the compiler; default `SETTLE_CC`, else the first of clang, gcc, cc on the PATH that works. */
  readonly command?: string;
  /** Flags behind ours; default `SETTLE_CFLAGS`. */
  readonly extraFlags?: readonly string[];
  /** Where what was found out is kept from one process to the next; nowhere if absent. */
  readonly notes?: string;
}

const remedy =
  process.platform === "darwin"
    ? "install Apple's command line tools: `xcode-select --install`"
    : "install a C compiler: `apt-get install gcc libc6-dev` on Debian and Ubuntu, `dnf install gcc` on Fedora";

/** Never throws: a compiler that does not work is a reason. */
export async function findCompiler(options: CompilerOptions = {}): Promise<CompilerSearch> {
  const extraFlags =
    options.extraFlags ?? (process.env["SETTLE_CFLAGS"] ?? "").split(/\s+/).filter((flag) => flag !== "");
  const command = options.command ?? process.env["SETTLE_CC"];
  const wanted = command === undefined || command === "" ? names : [command];
  const faults: string[] = [];
  for (const name of wanted) {
    const path = await findOnPath(name);
    if (path === undefined) continue;
    const described = await describe(path, extraFlags, options.notes);
    if (typeof described !== "string") return { ok: true, compiler: described };
    faults.push(`${path} does not work: ${described}`);
  }
  return faults.length > 0
    ? { ok: false, reason: faults.join("; "), remedy }
    : { ok: false, reason: `there is no C compiler (looked for ${wanted.join(", ")})`, remedy };
}

/** Runs a compiler. @returns its standard output, or what it printed on failing */
export function runCompiler(
  path: string,
  args: readonly string[],
): Promise<{ ok: true; output: string } | { ok: false; fault: string }> {
  return new Promise((resolve) => {
    const environment = { ...process.env, LC_ALL: "C" };
    const child = execFile(path, args, { maxBuffer: 1 << 26, env: environment }, (error, stdout, stderr) => {
      if (error === null) resolve({ ok: true, output: stdout });
      else resolve({ ok: false, fault: stderr.trim() === "" ? error.message : stderr.trim() });
    });
    child.stdin?.end();
  });
}

async function findOnPath(name: string): Promise<string | undefined> {
  const isPath = name.includes("/") || name.includes("\\");
  const folders = isPath ? [""] : (process.env["PATH"] ?? "").split(delimiter);
  for (const folder of folders) {
    for (const suffix of process.platform === "win32" ? ["", ".exe"] : [""]) {
      const path = folder === "" ? name + suffix : join(folder, name + suffix);
      try {
        await access(path, constants.X_OK);
        if ((await stat(path)).isFile()) return path;
      } catch {
        // Not this one.
      }
    }
  }
  return undefined;
}

/** Changes whenever `Compiler`, or how it is found out, does: older notes are then not looked at. */
const noteFormat = 2;

function isCompiler(value: unknown): value is Compiler {
  if (typeof value !== "object" || value === null) return false;
  const { version, flags, extraFlags, identity, target } = value as Partial<Record<keyof Compiler, unknown>>;
  return (
    typeof version === "string" &&
    Array.isArray(flags) &&
    Array.isArray(extraFlags) &&
    typeof identity === "string" &&
    typeof target === "object"
  );
}

/** @returns the compiler, or why it does not work */
async function describe(
  path: string,
  extraFlags: readonly string[],
  notes: string | undefined,
): Promise<Compiler | string> {
  const file = await realpath(path);
  const { size, mtimeMs } = await stat(file);
  const key = hash([noteFormat, file, size, mtimeMs, extraFlags, await processor()]);
  const note = notes === undefined ? undefined : join(notes, `compiler-${key}.json`);
  if (note !== undefined) {
    try {
      const known: unknown = JSON.parse(await readFile(note, "utf8"));
      // The same compiler may be reached by another path.
      if (isCompiler(known)) return { ...known, path };
    } catch {
      // Not known yet, or damaged: found out anew.
    }
  }
  const compiler = await examine(path, extraFlags);
  if (typeof compiler === "string" || note === undefined) return compiler;
  try {
    const unfinished = `${note}.${process.pid}`;
    await mkdir(dirname(note), { recursive: true });
    await writeFile(unfinished, JSON.stringify(compiler));
    await rename(unfinished, note);
  } catch {
    // Only time is lost.
  }
  return compiler;
}

async function examine(path: string, extraFlags: readonly string[]): Promise<Compiler | string> {
  let fault = "";
  // Compilers for ARM of some age know the processor by -mcpu only.
  for (const tuning of ["-march=native", "-mcpu=native"]) {
    const answer = await runCompiler(path, [tuning, ...extraFlags, "-dM", "-E", "-x", "c", "-"]);
    if (!answer.ok) {
      fault ||= answer.fault;
      continue;
    }
    const macros = new Map(
      Array.from(answer.output.matchAll(/^#define (\w+) ?(.*)$/gm), (match) => [match[1] ?? "", match[2] ?? ""]),
    );
    const target = targetOf(macros);
    const wide = target.width === 16 ? ["-mprefer-vector-width=512"] : [];
    const flags = [
      "-std=gnu11",
      tuning,
      ...wide,
      "-ffp-contract=fast",
      "-fno-math-errno",
      "-fno-trapping-math",
      "-fPIC",
      "-fvisibility=hidden",
      "-pthread",
    ];
    const trial = await tryOut(path, [...flags, ...extraFlags]);
    if (trial !== undefined) return trial;
    const version = `${macros.has("__clang__") ? "clang" : "gcc"} ${macros.has("__clang__") ? clangVersion(macros) : (macros.get("__VERSION__") ?? "").replaceAll('"', "")}`;
    const identity = hash([
      version,
      flags,
      extraFlags,
      [...macros].filter(([macro]) => /^__(AVX|SSE|FMA|ARM|aarch64|x86_64)/.test(macro)),
    ]);
    return { path, version, flags, extraFlags, target, identity };
  }
  return fault;
}

const clangVersion = (macros: ReadonlyMap<string, string>): string =>
  [macros.get("__clang_major__"), macros.get("__clang_minor__"), macros.get("__clang_patchlevel__")].join(".");

/** The widest vectors with fused multiply-add, from the compiler's predefined macros. */
export function targetOf(macros: ReadonlyMap<string, string>): Target {
  if (macros.has("__AVX512F__")) return { width: 16, registers: 32 };
  if (macros.has("__AVX__")) return { width: 8, registers: 16 };
  return { width: 4, registers: macros.has("__ARM_NEON") ? 32 : 16 };
}

/** A compiler may be there without the headers or the linker it needs. */
async function tryOut(path: string, flags: readonly string[]): Promise<string | undefined> {
  const folder = await mkdtemp(join(tmpdir(), "settle-cc-"));
  try {
    const source = join(folder, "trial.c");
    await writeFile(
      source,
      "#include <stdint.h>\n#include <pthread.h>\nint settle_trial(int32_t *x) { return pthread_self() != 0 && *x; }\n",
    );
    const answer = await runCompiler(path, [...flags, "-shared", "-o", join(folder, "trial.so"), source]);
    return answer.ok ? undefined : answer.fault;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function processor(): Promise<string> {
  const model = `${process.arch} ${cpus()[0]?.model ?? ""}`;
  try {
    // A virtual machine may hide what the model could do.
    const flags = /^(flags|Features)\s*:.*$/m.exec(await readFile("/proc/cpuinfo", "utf8"));
    return `${model} ${flags?.[0] ?? ""}`;
  } catch {
    return model;
  }
}

function hash(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, 32);
}
