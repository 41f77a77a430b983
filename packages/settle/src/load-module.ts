/** Runs a TypeScript or JavaScript file of a circuit, or of another document, and takes its default export. */
import { settleError } from "@settle/diagnostics";
import * as spec from "@settle/spec";
import { createJiti } from "jiti";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export interface LoadModuleOptions {
  /** What it exports, for people. Default `a circuit`. */
  readonly exports?: string;
  /** How it ends, for people. Default `export default defineCircuit({ … })`. */
  readonly ending?: string;
  /** Packages that it may import besides `@settle/settle` and what that depends on, loaded. */
  readonly modules?: Readonly<Record<string, unknown>>;
}

/**
 * @param path  absolute path of the file
 * @param file  how the user named it
 * @throws {SettleError} `load/module-threw` with the file's own line, `load/no-default-export`
 */
export async function loadModule(path: string, file: string, options: LoadModuleOptions = {}): Promise<unknown> {
  const { exports = "a circuit", ending = "export default defineCircuit({ … })", modules } = options;
  const jiti = createJiti(import.meta.url, {
    alias: ownPackages(),
    virtualModules: { ...(await loadedPackages()), ...modules },
    // An edited file must be read again, and nothing be left behind on disk.
    moduleCache: false,
    fsCache: false,
    sourceMaps: true,
    // Node's own `import` would not know the aliases.
    tryNative: false,
    // `default` must be the default export, not the module that lacks one.
    interopDefault: false,
  });
  let module: unknown;
  try {
    module = await jiti.import(path);
  } catch (fault) {
    throw threw(fault, path, file, exports);
  }
  const value: unknown = await (module as { readonly default?: unknown }).default;
  if (value === undefined) {
    throw settleError("load/no-default-export", `"${file}" has no default export.`, {
      file,
      help: `end it with \`${ending}\`.`,
    });
  }
  return value;
}

/** What a circuit file usually imports is here already; to read it again would take seconds. */
async function loadedPackages(): Promise<Record<string, unknown>> {
  return { "@settle/settle": await import("./index.ts"), "@settle/spec": spec };
}

/** `@settle/spec` → its file here, for every package this one depends on. */
function ownPackages(): Record<string, string> {
  const own = dirname(dirname(fileURLToPath(import.meta.url)));
  const manifest = readManifest(own);
  const aliases: Record<string, string> = { [manifest.name]: entryFile(own) };
  for (const name of Object.keys(manifest.dependencies)) {
    const folder = findPackage(own, name);
    if (name.startsWith("@settle/") && folder !== undefined) aliases[name] = entryFile(folder);
  }
  return aliases;
}

interface Manifest {
  readonly name: string;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly exports: { readonly ".": Readonly<Record<string, string>> };
}

function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;
}

/** Sources where this very file is a source, what was built from them otherwise. */
function entryFile(folder: string): string {
  const entry = readManifest(folder).exports["."][import.meta.url.endsWith(".ts") ? "@settle/source" : "default"];
  if (entry === undefined) throw new Error(`${folder} exports nothing`);
  return join(folder, entry);
}

function findPackage(from: string, name: string): string | undefined {
  const candidate = join(from, "node_modules", name);
  if (existsSync(join(candidate, "package.json"))) return candidate;
  const parent = dirname(from);
  return parent === from ? undefined : findPackage(parent, name);
}

function threw(fault: unknown, path: string, file: string, exports: string): Error {
  const message = fault instanceof Error ? `${fault.name}: ${fault.message}` : String(fault);
  const place = fault instanceof Error ? findPlace(fault, path) : undefined;
  return settleError("load/module-threw", `"${file}" could not be run: ${message.split("\n")[0] ?? ""}`, {
    file,
    ...place,
    help: `the file must run without an error and export ${exports} as its default.`,
    cause: fault,
  });
}

/** The first line of the stack (or of a syntax error's message) that lies in the user's file. */
function findPlace(fault: Error, path: string): { line: number; column: number } | undefined {
  const text = `${fault.stack ?? ""}\n${fault.message}`;
  for (const line of text.split("\n")) {
    const after = line.split(path)[1];
    const found = after === undefined ? undefined : /^:(\d+):(\d+)/.exec(after);
    if (found) return { line: Number(found[1]), column: Number(found[2]) };
  }
  return undefined;
}
