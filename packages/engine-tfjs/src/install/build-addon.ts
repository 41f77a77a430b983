/** The native addon of tfjs-node-gpu, built from its own sources against the libraries beside it. */
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { settleError } from "@settle/diagnostics";
import type { InstallationPlan } from "./installation-plan.ts";
import type { Tools } from "./required-tools.ts";
import { lastLines, runCommand } from "./run-command.ts";

/** Within the installation: a project of its own, whose packages Node resolves from there. */
export const projectFolder = "node";

/** Fetches the package without running its install script, which would download another TensorFlow. */
export async function fetchAddon(
  folder: string,
  { npmPackages }: InstallationPlan,
  signal: AbortSignal | undefined,
): Promise<void> {
  const project = join(folder, projectFolder);
  await mkdir(project);
  await writeFile(join(project, "package.json"), `${JSON.stringify({ name: "settle-tensorflow", private: true })}\n`);
  const parameters = [
    "install",
    "--ignore-scripts",
    "--no-audit",
    "--no-fund",
    "--no-package-lock",
    "--loglevel=error",
  ];
  const result = await runCommand("npm", [...parameters, ...npmPackages], { cwd: project, signal });
  if (result.code === 0) return;
  throw settleError("install/download-failed", `npm could not fetch ${npmPackages.join(" and ")}.`, {
    note: lastLines(result),
    help: "check the connection to the npm registry and the free disk space, then type the same again",
  });
}

/** @throws {SettleError} `install/build-failed` with what the compiler said */
export async function buildAddon(folder: string, { compiler }: Tools, signal: AbortSignal | undefined): Promise<void> {
  const modules = join(folder, projectFolder, "node_modules");
  const addon = join(modules, "@tensorflow", "tfjs-node-gpu");
  const binding = join(addon, "binding");
  const target = join(addon, "lib", "napi-v8");
  await mkdir(target, { recursive: true });
  const sources = (await readdir(binding)).filter((name) => name.endsWith(".cc")).map((name) => join(binding, name));
  const libraries = join(folder, "lib");
  const language = [
    "-std=gnu++17",
    "-O2",
    "-fPIC",
    "-shared",
    "-pthread",
    "-DNAPI_VERSION=8",
    "-DBUILDING_NODE_EXTENSION",
  ];
  const headers = [join(folder, "include"), join(modules, "node-api-headers", "include")].map((path) => `-I${path}`);
  // The library path is relative to the addon, so that the whole installation can be moved into place once it is whole.
  const linking = [
    `-L${libraries}`,
    "-ltensorflow",
    "-ltensorflow_framework",
    `-Wl,-rpath,$ORIGIN/${relative(target, libraries)}`,
  ];
  const output = join(target, "tfjs_binding.node");
  const result = await runCommand(compiler, [...language, ...headers, ...sources, ...linking, "-o", output], {
    signal,
  });
  if (result.code === 0) return;
  throw settleError("install/build-failed", "The addon that joins Node and TensorFlow could not be built.", {
    note: lastLines(result, 20),
    help: `${compiler} 9 or newer is needed; \`--engine tfjs:wasm\` needs no installation`,
  });
}

/** What a fresh Node finds in an installation. */
export interface Verified {
  readonly tensorflow: string;
  readonly gpu: boolean;
}

const check = `
const util = require("node:util");
util.isNullOrUndefined ??= (value) => value == null;
util.isArray ??= Array.isArray;
const tf = require("@tensorflow/tfjs-node-gpu");
const matrix = tf.tensor2d([[1, 2], [3, 4]]);
const numbers = Array.from(tf.matMul(matrix, matrix).dataSync());
const backend = tf.backend();
console.log("\\n" + JSON.stringify({ numbers, tensorflow: backend.binding.TF_Version, gpu: backend.isUsingGpuDevice }));
`;

/** Multiplies two matrices in a process of its own. @throws {SettleError} `install/verification-failed` */
export async function verifyAddon(folder: string, signal: AbortSignal | undefined): Promise<Verified> {
  const result = await runCommand(process.execPath, ["-e", check], {
    cwd: join(folder, projectFolder),
    env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: "2", NODE_OPTIONS: "" },
    signal,
  });
  const said = parseCheck(result.stdout);
  if (result.code === 0 && said?.numbers.join() === "7,10,15,22") return { tensorflow: said.tensorflow, gpu: said.gpu };
  throw settleError("install/verification-failed", "TensorFlow was built but does not compute [[1, 2], [3, 4]]².", {
    note: lastLines(result),
    help: "please report this with the lines above; `--engine tfjs:wasm` needs no installation",
  });
}

function parseCheck(stdout: string): (Verified & { readonly numbers: readonly number[] }) | undefined {
  try {
    return JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as Verified & { readonly numbers: readonly number[] };
  } catch {
    return undefined;
  }
}
