import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CircuitError, loadCircuit, predefinedCircuits, readCircuit } from "../src/index.ts";

let folder: string;
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), "settle-load-"))));
afterAll(() => rm(folder, { recursive: true }));

const circuit = {
  version: 1,
  name: "small",
  states: { x: { shape: [4], observed: { data: "image" } }, z: { shape: [2] } },
  errors: { e: { target: "x" } },
  synapses: { W: { from: "z", to: "e", kind: "dense" } },
};

async function codeOf(reference: string): Promise<string | undefined> {
  const result = await readCircuit(reference, { from: folder });
  return result.ok ? undefined : result.diagnostics[0]?.code;
}

describe("loadCircuit", () => {
  it("finds every predefined circuit by its name", async () => {
    const names = await predefinedCircuits();
    expect(names).toContain("conv-ngc");
    for (const name of names) expect((await loadCircuit(name)).spec.name).toBe(name);
  });

  it("reads a JSON file relative to the given folder, and keeps its text for diagnostics", async () => {
    const text = JSON.stringify(circuit);
    await writeFile(join(folder, "small.json"), text);
    const loaded = await loadCircuit("small.json", { from: folder });
    expect(loaded).toMatchObject({ file: "small.json", spec: { name: "small" } });
    expect(loaded.source.text).toBe(text);
  });

  it("reads JSON with comments", async () => {
    await writeFile(join(folder, "commented.jsonc"), `// a circuit\n${JSON.stringify(circuit)}`);
    expect((await loadCircuit("commented.jsonc", { from: folder })).spec.name).toBe("small");
  });

  it("reads a TypeScript file, with the same result", async () => {
    const text = `import { defineCircuit } from "@settle/spec";\nexport default defineCircuit(${JSON.stringify(circuit)});\n`;
    await writeFile(join(folder, "small.ts"), text);
    expect((await loadCircuit("small.ts", { from: folder })).spec).toEqual(circuit);
  });

  it("puts the values of parameters into a template, in JSON and in TypeScript", async () => {
    const template = { ...circuit, parameters: { units: { default: 2, min: 1, integer: true } } };
    const z = { shape: [{ $parameter: "units" }] };
    const text = JSON.stringify({ ...template, states: { ...circuit.states, z } });
    await writeFile(join(folder, "template.json"), text);
    const module = `import { defineTemplate } from "@settle/spec";
      export default defineTemplate({
        parameters: { units: { default: 2, min: 1, integer: true } },
        build: ({ units }) => ({ ...${JSON.stringify(circuit)}, states: { x: { shape: [4], observed: { data: "image" } }, z: { shape: [units] } } }),
      });`;
    await writeFile(join(folder, "template.ts"), module);
    for (const file of ["template.json", "template.ts"]) {
      const { spec, parameters } = await loadCircuit(file, { from: folder, parameters: { units: 3 } });
      expect(spec.states["z"]).toEqual({ shape: [3] });
      expect(parameters["units"]).toMatchObject({ value: 3, given: true });
      expect((await loadCircuit(file, { from: folder })).spec.states["z"]).toEqual({ shape: [2] });
      const refused = await readCircuit(file, { from: folder, parameters: { unit: 3 } });
      expect(refused.ok ? [] : refused.diagnostics.map(({ code }) => code)).toEqual(["template/unknown-parameter"]);
    }
  });

  it("throws a CircuitError with all faults, the first of them its diagnostic", async () => {
    await writeFile(join(folder, "bad.json"), JSON.stringify({ ...circuit, settle: { steps: 0, rate: -1 } }));
    const fault: unknown = await loadCircuit("bad.json", { from: folder }).catch((each: unknown) => each);
    expect(fault).toBeInstanceOf(CircuitError);
    expect((fault as CircuitError).diagnostics).toHaveLength(2);
    expect((fault as CircuitError).diagnostic).toBe((fault as CircuitError).diagnostics[0]);
  });

  it("names what is wrong with a reference", async () => {
    await writeFile(join(folder, "notes.txt"), "");
    await mkdir(join(folder, "folder.json"));
    expect(await codeOf("conv-ngk")).toBe("load/unknown-circuit");
    expect(await codeOf("nowhere.json")).toBe("load/no-such-file");
    expect(await codeOf("notes.txt")).toBe("load/unknown-kind");
    expect(await codeOf("folder.json")).toBe("load/unreadable");
  });

  it("suggests the closest predefined name", async () => {
    const result = await readCircuit("conv-ngc-seperate");
    expect(result.ok ? undefined : result.diagnostics[0]?.help).toContain('"conv-ngc-separate"');
  });
});
