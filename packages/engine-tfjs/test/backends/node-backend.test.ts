/** What is said of a native TensorFlow that cannot be used. Packages are made for the test, each broken in its own way. */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { beforeAll, expect, it } from "vitest";
import { locatePackages } from "../../src/backends/locate-packages.ts";
import { openNative } from "../../src/backends/node-backend.ts";

const name = "@tensorflow/tfjs-node-gpu";
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "settle-node-backend-"));
  return () => rm(folder, { recursive: true });
});

async function openBroken(project: string, main: string | undefined) {
  const root = join(folder, project);
  const at = join(root, "node_modules", name);
  await mkdir(at, { recursive: true });
  await writeFile(join(root, "package.json"), "{}");
  if (main !== undefined) {
    await writeFile(join(at, "package.json"), JSON.stringify({ name, main: "index.js" }));
    await writeFile(join(at, "index.js"), main);
  }
  const from = [pathToFileURL(join(root, "package.json")).href];
  const opening = await openNative([name], "any device", (names) => locatePackages(names, from));
  if (opening.ok) throw new Error("a broken package was opened");
  return opening.unavailable;
}

const install = "settle engines install tensorflow";

it("says that the package is not installed", async () => {
  expect(await openBroken("absent", undefined)).toEqual({ reason: `${name} is not installed`, remedy: install });
});

it("says that the addon was not built", async () => {
  const main = `throw new Error("The Node.js native addon module (tfjs_binding.node) can not be found at path: x.\\nmore");`;
  expect(await openBroken("no-addon", main)).toEqual({
    reason: `the native addon of ${name} was not built, since its install script did not run`,
    remedy: install,
  });
});

it("names the library that is missing", async () => {
  const main = `throw Object.assign(new Error("libcudart.so.11.0: cannot open shared object file"), { code: "ERR_DLOPEN_FAILED" });`;
  const { reason, remedy } = await openBroken("no-cuda", main);
  expect(reason).toBe(
    `a library that ${name} needs cannot be loaded: libcudart.so.11.0: cannot open shared object file`,
  );
  expect(remedy).toContain("CUDA 11.2");
  expect(remedy).toContain(`${install} --cuda`);
});

it("says that the package is incomplete", async () => {
  const { reason } = await openBroken("incomplete", `require("./not-there.js");`);
  expect(reason).toContain(`${name} is not completely installed: Cannot find module`);
});

it("reports whatever else goes wrong", async () => {
  expect((await openBroken("other", `throw new Error("out of luck");`)).reason).toBe(
    `${name} failed to load: out of luck`,
  );
});
