import { SettleError } from "@settle/diagnostics";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadModule } from "../src/load-module.ts";

let folder: string;
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), "settle-module-"))));
afterAll(() => rm(folder, { recursive: true }));

async function write(name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}

async function faultOf(path: string): Promise<SettleError["diagnostic"]> {
  const fault: unknown = await loadModule(path, "mine.ts").catch((each: unknown) => each);
  if (!(fault instanceof SettleError)) throw new Error("nothing was thrown", { cause: fault });
  return fault.diagnostic;
}

describe("loading a circuit module", () => {
  it("runs TypeScript and takes its default export", async () => {
    const path = await write("plain.ts", "const side: number = 4;\nexport default { side };\n");
    expect(await loadModule(path, "plain.ts")).toEqual({ side: 4 });
  });

  it("resolves @settle imports of a file outside the repository to this Settle", async () => {
    const path = await write(
      "imports.ts",
      'import { closest } from "@settle/diagnostics";\nexport default { near: closest("z11", ["z1", "x"]) };\n',
    );
    expect(await loadModule(path, "imports.ts")).toEqual({ near: "z1" });
  });

  it("imports a file beside it", async () => {
    await write("part.ts", "export const units: number = 7;\n");
    const path = await write("whole.ts", 'import { units } from "./part.ts";\nexport default { units };\n');
    expect(await loadModule(path, "whole.ts")).toEqual({ units: 7 });
  });

  it("reads an edited file again", async () => {
    const path = await write("edited.ts", "export default { version: 1 };\n");
    await loadModule(path, "edited.ts");
    await write("edited.ts", "export default { version: 2 };\n");
    expect(await loadModule(path, "edited.ts")).toEqual({ version: 2 });
  });

  it("waits for a promise", async () => {
    const path = await write("promise.ts", "export default Promise.resolve({ late: true });\n");
    expect(await loadModule(path, "promise.ts")).toEqual({ late: true });
  });

  it("takes what a CommonJS file exports", async () => {
    const path = await write("common.js", "module.exports = { kind: 'common' };\n");
    expect(await loadModule(path, "common.js")).toEqual({ kind: "common" });
  });

  it("names file and line of a module that throws", async () => {
    const path = await write(
      "throws.ts",
      'interface Unused {\n  readonly a: number;\n}\nconst units = (n: number): number => {\n  throw new Error("no units");\n};\nexport default { units: units(3) };\n',
    );
    const fault = await faultOf(path);
    expect(fault).toMatchObject({ code: "load/module-threw", file: "mine.ts", line: 5 });
    expect(fault.message).toContain("no units");
  });

  it("names file and line of a syntax error", async () => {
    const path = await write("syntax.ts", "export default {\n  a: 1,\n  b: ],\n};\n");
    expect(await faultOf(path)).toMatchObject({ code: "load/module-threw", file: "mine.ts", line: 3 });
  });

  it("says what is missing when an import cannot be found", async () => {
    const path = await write("missing.ts", 'import { a } from "./nowhere.ts";\nexport default a;\n');
    const fault = await faultOf(path);
    expect(fault.code).toBe("load/module-threw");
    expect(fault.message).toContain("nowhere");
  });

  it("says that a default export is missing", async () => {
    const path = await write("named.ts", "export const circuit = {};\n");
    expect(await faultOf(path)).toMatchObject({ code: "load/no-default-export" });
  });

  it("survives a module that throws something other than an error", async () => {
    const path = await write("odd.ts", 'throw "nothing of use";\n');
    expect((await faultOf(path)).message).toContain("nothing of use");
  });
});
