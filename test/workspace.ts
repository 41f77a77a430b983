/** The repository as its own tests see it: folders, packages, sources. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

export const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

export interface WorkspacePackage {
  /** Without `@settle/`. */
  readonly name: string;
  /** `packages/spec`. */
  readonly folder: string;
  readonly dependencies: readonly string[];
  readonly devDependencies: readonly string[];
}

interface Manifest {
  readonly name: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

/** Every package, libraries and apps. */
export function workspacePackages(): readonly WorkspacePackage[] {
  return ["packages", "apps"]
    .flatMap((parent) => readdirSync(path.join(root, parent)).map((name) => `${parent}/${name}`))
    .filter((folder) => existsSync(path.join(root, folder, "package.json")))
    .map((folder) => {
      const manifest = JSON.parse(readText(`${folder}/package.json`)) as Manifest;
      return {
        name: manifest.name.replace("@settle/", ""),
        folder,
        dependencies: Object.keys({
          ...manifest.dependencies,
          ...manifest.optionalDependencies,
          ...manifest.peerDependencies,
        }),
        devDependencies: Object.keys(manifest.devDependencies ?? {}),
      };
    });
}

/** Text of a file, its path from the root with `/`. */
export function readText(file: string): string {
  return readFileSync(path.join(root, file), "utf8");
}

const madeByPrograms = new Set(["node_modules", "dist", "coverage", "runs", ".git", ".turbo", ".fences"]);

/** Every file under `folder` (from the root) that people write, paths from the root with `/`, sorted. */
export function filesUnder(folder: string): readonly string[] {
  if (!existsSync(path.join(root, folder))) return [];
  return readdirSync(path.join(root, folder), { withFileTypes: true })
    .flatMap((entry) => {
      const file = folder === "" ? entry.name : `${folder}/${entry.name}`;
      if (!entry.isDirectory()) return [file];
      // `packages/runs` is a package, `runs` elsewhere is where runs are written.
      const skipped = madeByPrograms.has(entry.name) && file !== "packages/runs";
      return skipped ? [] : filesUnder(file);
    })
    .toSorted();
}

/** What a TypeScript or JavaScript file imports or re-exports, by the text between the quotes. */
export function importsOf(text: string): readonly string[] {
  const pattern = /(?:\bfrom\s*|\bimport\s*\(\s*|^\s*import\s+)"([^"]+)"/gm;
  return [...text.matchAll(pattern)].map((match) => match[1] ?? "");
}
