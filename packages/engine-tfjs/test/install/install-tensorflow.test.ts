/** The installation with stand-ins for pip, unzip, g++ and npm, which cost nothing and fail when they are told to. */
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { nvidiaRequirements } from "../../src/install/fetch-libraries.ts";
import { planInstallation } from "../../src/install/installation-plan.ts";
import { requiredTools } from "../../src/install/required-tools.ts";
import { installedTensorflow, tensorflowRoot } from "../../src/install/tensorflow-folder.ts";
import { install } from "../../src/install/install.ts";
import type { InstallationEvent, InstallTensorflowOptions } from "../../src/install-tensorflow.ts";

const installTensorflow = (options: InstallTensorflowOptions) => install(options, "linux x64");

let folder: string;
let root: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "settle-install-"));
  root = join(folder, "tensorflow");
  await mkdir(join(folder, "bin"));
  vi.stubEnv("PATH", `${join(folder, "bin")}:/usr/bin:/bin`);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

async function standIn(name: string, script: string): Promise<void> {
  const path = join(folder, "bin", name);
  await writeFile(path, `#!/bin/sh\n${script}\n`);
  await chmod(path, 0o755);
}

const addon = (answer: string): string => `
case "$1" in --version) exit 0;; esac
at=node_modules/@tensorflow/tfjs-node-gpu
mkdir -p $at/binding node_modules/node-api-headers/include
echo > $at/binding/binding.cc
cat > $at/index.js <<'END'
exports.tensor2d = (rows) => rows;
exports.matMul = () => ({ dataSync: () => ${answer} });
exports.backend = () => ({ binding: { TF_Version: "9.9" }, isUsingGpuDevice: false });
END`;

async function workingTools(): Promise<void> {
  await standIn(
    "python3",
    `for last; do :; done; [ "$last" = --version ] && exit 0
while [ "$1" != --dest ]; do shift; done; echo wheel > "$2/tensorflow.whl"`,
  );
  await standIn(
    "unzip",
    `[ "$1" = -v ] && exit 0
for last; do :; done
case "$*" in *" -j "*) echo > "$last/libtensorflow_cc.so.2";; *) mkdir -p "$last/tensorflow/include";; esac`,
  );
  await standIn(
    "g++",
    `[ "$1" = --version ] && exit 0
while [ "$1" != -o ]; do shift; done; echo built > "$2"`,
  );
  await standIn("npm", addon("[7, 10, 15, 22]"));
}

const failure = (code: string, text: string) =>
  expect.objectContaining({
    diagnostic: expect.objectContaining({ code, message: expect.stringContaining(text) as unknown }) as unknown,
  });

describe("installing TensorFlow", () => {
  it("says what it fetches, how much and where to, before it does anything", async () => {
    await workingTools();
    const events: InstallationEvent[] = [];
    const { installed, plan } = await installTensorflow({
      root,
      dryRun: true,
      onProgress: (event) => events.push(event),
    });
    expect(installed).toBe(false);
    expect(events).toHaveLength(1);
    for (const part of ["252 MB", "tensorflow-cpu==2.15.1 from PyPI, 207 MB", "from npm", plan.folder]) {
      expect(events[0]!.message).toContain(part);
    }
    await expect(readdir(root)).rejects.toThrow("ENOENT");
  });

  it("puts a whole installation in place and finds it again", async () => {
    await workingTools();
    const result = await installTensorflow({ root });
    expect(result).toMatchObject({ installed: true, tensorflow: "9.9", gpu: false });
    expect(await readdir(root)).toEqual(["2.15.1-cpu", "current.json"]);
    expect(await installedTensorflow(root)).toBe(join(root, "2.15.1-cpu"));
    expect((await readdir(join(root, "2.15.1-cpu"))).sort()).toEqual(["include", "lib", "node"]);
  });

  it("leaves the earlier installation whole when a later one breaks off, and nothing of the broken one", async () => {
    await workingTools();
    await installTensorflow({ root });
    await writeFile(join(root, "2.15.1-cpu", "mark"), "earlier");
    await standIn("g++", `[ "$1" = --version ] && exit 0; echo "no such header" >&2; exit 1`);
    await expect(installTensorflow({ root })).rejects.toEqual(failure("install/build-failed", "could not be built"));
    expect(await readFile(join(root, "2.15.1-cpu", "mark"), "utf8")).toBe("earlier");
    expect(await readdir(root)).toEqual(["2.15.1-cpu", "current.json"]);
  });

  it("does over what a process that is gone left unfinished", async () => {
    await workingTools();
    await mkdir(join(root, "2.15.1-cpu.unfinished-999999999"), { recursive: true });
    await installTensorflow({ root });
    expect(await readdir(root)).toEqual(["2.15.1-cpu", "current.json"]);
  });

  it("does not take a library for good that computes something else", async () => {
    await workingTools();
    await standIn("npm", addon("[7, 10, 15, 23]"));
    await expect(installTensorflow({ root })).rejects.toEqual(
      failure("install/verification-failed", "does not compute"),
    );
    expect(await readdir(root)).toEqual([]);
  });

  it("says so where what was fetched is damaged", async () => {
    await workingTools();
    await standIn("unzip", `[ "$1" = -v ] && exit 0; echo "no end of central directory" >&2; exit 9`);
    await expect(installTensorflow({ root })).rejects.toMatchObject({
      diagnostic: { code: "install/damaged-download", note: "no end of central directory" },
    });
  });

  it("passes on why pip could not fetch", async () => {
    await workingTools();
    await standIn(
      "python3",
      `for last; do :; done; [ "$last" = --version ] && exit 0; echo "no route to host" >&2; exit 1`,
    );
    await expect(installTensorflow({ root })).rejects.toMatchObject({
      diagnostic: { code: "install/download-failed", note: "no route to host" },
    });
  });

  it("names every tool that is missing, with its remedy", async () => {
    await standIn("unzip", "exit 0");
    vi.stubEnv("PATH", join(folder, "bin"));
    await expect(requiredTools("linux x64")).rejects.toMatchObject({
      diagnostic: {
        code: "install/missing-tool",
        message: expect.stringMatching(/lacks pip \(.*\), g\+\+ \(.*\), npm \(.*\)\.$/) as unknown,
        help: expect.stringContaining("apt-get install g++") as unknown,
      },
    });
  });

  it("refuses machines there is no library for", async () => {
    await expect(requiredTools("darwin arm64")).rejects.toEqual(
      failure("install/unsupported-platform", "darwin arm64"),
    );
  });

  it("stops when it is told to", async () => {
    await workingTools();
    const stop = AbortSignal.abort(new Error("enough"));
    await expect(installTensorflow({ root, signal: stop })).rejects.toThrow("enough");
    expect(await readdir(root)).toEqual([]);
  });
});

describe("the plan", () => {
  it("of the CUDA variant says that it is large and was not tried on a GPU", () => {
    const { wheel, notes, downloads } = planInstallation(true, "/cache");
    expect(wheel).toBe("tensorflow==2.15.1");
    expect(notes.join()).toContain("not been tried on a GPU");
    expect(downloads.reduce((sum, { megabytes }) => sum + megabytes, 0)).toBeGreaterThan(2000);
  });
});

it("reads the CUDA libraries a wheel was built with out of its metadata", () => {
  const metadata = [
    "Requires-Dist: numpy (<2.0.0,>=1.23.5)",
    "Requires-Dist: nvidia-cublas-cu12 (==12.2.5.6) ; extra == 'and-cuda'",
    'Requires-Dist: nvidia-cudnn-cu12==8.9.4.25; extra == "and-cuda"',
    "Requires-Dist: tensorrt (==8.6.1) ; extra == 'and-cuda'",
  ].join("\n");
  expect(nvidiaRequirements(metadata)).toEqual(["nvidia-cublas-cu12==12.2.5.6", "nvidia-cudnn-cu12==8.9.4.25"]);
});

it("lies where the user says, or in the user's cache", () => {
  expect(tensorflowRoot({ SETTLE_TENSORFLOW: "/here" })).toBe("/here");
  expect(tensorflowRoot({ XDG_CACHE_HOME: "/cache" })).toBe("/cache/settle/tensorflow");
  expect(tensorflowRoot({})).toMatch(/\.cache\/settle\/tensorflow$/);
});
