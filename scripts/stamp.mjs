// Remembers what was installed and built, so that a second run starts at once. The stamps lie in node_modules, and go with it.
import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import process from "node:process";
import { root } from "./root.mjs";

const folder = path.join(root, "node_modules", ".settle");

/**
 * Of what decides which dependencies are installed: the lockfile, every manifest, this machine.
 * @returns {string}
 */
export function fingerprintDependencies() {
  const hash = createHash("sha256").update(`${process.platform} ${process.arch}\n`);
  const files = ["package.json", "pnpm-lock.yaml", "pnpm-workspace.yaml"];
  for (const each of workspaceFolders()) files.push(path.join(each, "package.json"));
  for (const file of files) hash.update(`${file}\n`).update(fs.readFileSync(path.join(root, file)));
  return hash.digest("hex");
}

/**
 * Of what is built: path, size and time of every source and manifest. Also of whether each package has its output.
 * @returns {string}
 */
export function fingerprintSources() {
  const hash = createHash("sha256").update(fingerprintDependencies());
  describe(path.join(root, "tsconfig.base.json"));
  for (const each of workspaceFolders()) {
    describe(path.join(root, each, "tsconfig.build.json"));
    hash.update(String(fs.existsSync(path.join(root, each, "dist", "index.js"))));
    walk(path.join(root, each, "src"));
  }
  return hash.digest("hex");

  /** @param {string} directory */
  function walk(directory) {
    for (const entry of fs.readdirSync(directory, { withFileTypes: true })) {
      const file = path.join(directory, entry.name);
      if (entry.isDirectory()) walk(file);
      else describe(file);
    }
  }

  /** @param {string} file */
  function describe(file) {
    const { size, mtimeMs } = fs.statSync(file);
    hash.update(`${path.relative(root, file)} ${size} ${mtimeMs}\n`);
  }
}

/**
 * @param {"dependencies" | "build"} name
 * @returns {string | undefined}
 */
export function readStamp(name) {
  try {
    return fs.readFileSync(path.join(folder, name), "utf8");
  } catch {
    return undefined;
  }
}

/**
 * @param {"dependencies" | "build"} name
 * @param {string} fingerprint
 */
export function writeStamp(name, fingerprint) {
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(path.join(folder, name), fingerprint);
}

/** @returns {string[]} `packages/spec`, `apps/cli`, … */
export function workspaceFolders() {
  return ["apps", "packages"].flatMap((parent) =>
    fs
      .readdirSync(path.join(root, parent))
      .sort()
      .map((name) => path.join(parent, name))
      .filter((each) => fs.existsSync(path.join(root, each, "package.json"))),
  );
}
