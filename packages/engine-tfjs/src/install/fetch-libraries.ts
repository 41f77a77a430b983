/** TensorFlow's C library and its headers, out of the wheel that PyPI offers to Python. */
import { mkdir, readdir, rename, rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import { settleError } from "@settle/diagnostics";
import type { InstallationPlan } from "./installation-plan.ts";
import type { Tools } from "./required-tools.ts";
import { lastLines, runCommand } from "./run-command.ts";

/** Old enough for every distribution still in use, new enough for every wheel of this TensorFlow. */
const platforms = ["manylinux1_x86_64", "manylinux2014_x86_64", "manylinux_2_17_x86_64", "manylinux_2_27_x86_64"];

/**
 * Fills `lib/` and `include/` of a folder, and `nvidia/` for CUDA.
 * @throws {SettleError} `install/download-failed`, `install/damaged-download`
 */
export async function fetchLibraries(
  folder: string,
  { wheel, cuda }: InstallationPlan,
  tools: Tools,
  signal: AbortSignal | undefined,
): Promise<void> {
  const download = join(folder, "download");
  const lib = join(folder, "lib");
  await mkdir(download, { recursive: true });
  await mkdir(lib);
  await fetchWheel(tools, wheel, download, signal);
  const [file] = (await readdir(download)).filter((name) => name.endsWith(".whl"));
  if (file === undefined) throw damaged(wheel, "pip fetched no wheel");
  const path = join(download, file);
  await unpack(path, lib, ["-j"], ["tensorflow/libtensorflow_*.so.2"], wheel, signal);
  const headers = ["tensorflow/include/*/c/*.h", "tensorflow/include/*/platform/ctstring*.h"];
  await unpack(path, folder, [], headers, wheel, signal);
  await rename(join(folder, "tensorflow", "include"), join(folder, "include"));
  await rm(join(folder, "tensorflow"), { recursive: true });
  await symlink("libtensorflow_cc.so.2", join(lib, "libtensorflow.so"));
  await symlink("libtensorflow_framework.so.2", join(lib, "libtensorflow_framework.so"));
  if (cuda) await fetchCuda(folder, path, download, tools, signal);
  await rm(download, { recursive: true });
}

/**
 * The wheel names the NVIDIA packages it was built with, and its libraries look for them in `../nvidia`.
 */
async function fetchCuda(
  folder: string,
  wheelPath: string,
  download: string,
  tools: Tools,
  signal: AbortSignal | undefined,
): Promise<void> {
  const metadata = await runCommand("unzip", ["-p", wheelPath, "*.dist-info/METADATA"], { signal });
  const requirements = nvidiaRequirements(metadata.stdout);
  if (requirements.length === 0) throw damaged(wheelPath, "it names no NVIDIA libraries");
  for (const requirement of requirements) {
    await fetchWheel(tools, requirement, download, signal);
    for (const name of (await readdir(download)).filter((file) => file.startsWith("nvidia_"))) {
      await unpack(join(download, name), folder, [], ["nvidia/*"], requirement, signal);
      await rm(join(download, name));
    }
  }
}

/** `nvidia-cublas-cu12==12.2.5.6`, … of the extra that brings CUDA. */
export function nvidiaRequirements(metadata: string): readonly string[] {
  return metadata.split("\n").flatMap((line) => {
    const match = /^Requires-Dist: (nvidia-[\w-]+) ?\(?(==[\w.]+)\)? ?; ?extra == ["']and-cuda["']/.exec(line);
    return match === null ? [] : [`${match[1]}${match[2]}`];
  });
}

async function fetchWheel(
  { pip: [command, ...rest] }: Tools,
  requirement: string,
  into: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const parameters = [
    "download",
    "--quiet",
    "--disable-pip-version-check",
    "--no-deps",
    "--only-binary=:all:",
    "--python-version=3.11",
    "--implementation=cp",
    ...platforms.map((platform) => `--platform=${platform}`),
    "--dest",
    into,
    requirement,
  ];
  const result = await runCommand(command, [...rest, ...parameters], { signal });
  if (result.code === 0) return;
  throw settleError("install/download-failed", `pip could not fetch ${requirement}.`, {
    note: lastLines(result),
    help: "check the connection to PyPI (a proxy or mirror is set as for any pip: PIP_INDEX_URL, PIP_PROXY) and the free disk space, then type the same again",
  });
}

async function unpack(
  path: string,
  into: string,
  flags: readonly string[],
  patterns: readonly string[],
  what: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const result = await runCommand("unzip", ["-q", "-o", ...flags, path, ...patterns, "-d", into], { signal });
  if (result.code !== 0) throw damaged(what, lastLines(result));
}

function damaged(what: string, note: string): Error {
  return settleError("install/damaged-download", `What was fetched for ${what} does not hold what it should.`, {
    note,
    help: "type the same again; if it stays so, empty pip's cache: pip cache purge",
  });
}
