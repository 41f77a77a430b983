/** Commands that write what others read: programs, models, weights, new circuits. */
import { parseProgram, verifyProgram } from "@settle/program";
import { parseCircuit } from "@settle/spec";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { settle } from "./fake-terminal.ts";
import { tinyCircuit } from "./tiny-circuit.ts";
import { familyText, folder, json } from "./command-folder.ts";

describe("settle compile", () => {
  it("writes a Program that can be read back and verifies", async () => {
    expect(await json("compile", "conv-ngc", "-o", "program.json")).toMatchObject({ file: "program.json" });
    const read = parseProgram(await readFile(join(folder, "program.json"), "utf8"));
    if (!("program" in read)) throw new Error(read.faults.join("\n"));
    expect(verifyProgram(read.program)).toEqual([]);
    expect(read.program.circuit.name).toBe("conv-ngc");
  });

  it("writes the WebAssembly text that the engine would run", async () => {
    expect(await json("compile", "conv-ngc", "-o", "module.wat", "--emit", "wasm")).toMatchObject({ emit: "wasm" });
    expect(await readFile(join(folder, "module.wat"), "utf8")).toMatch(/^\(module/m);
  });

  it("writes the C that would be built here, or says that there is no compiler", async () => {
    const { code, stderr } = await settle(["compile", "conv-ngc", "-o", "kernels.c", "--emit", "c"], { cwd: folder });
    if (code === 0) expect(await readFile(join(folder, "kernels.c"), "utf8")).toContain("void ");
    else expect(stderr).toContain("[engine/unavailable]");
  });

  it("says why a file cannot be written", async () => {
    const { code, stderr } = await settle(["compile", "conv-ngc", "-o", "no/such/folder.json"], { cwd: folder });
    expect(code).toBe(1);
    expect(stderr).toContain("[output/unwritable]");
  });
});

describe("settle export", () => {
  it.each(["npz", "safetensors"])("writes weights as %s, and eval takes them back", async (to) => {
    await writeFile(join(folder, "tiny.json"), JSON.stringify(tinyCircuit));
    expect(await json("export", "tiny.json", "--to", to, "--seed", "5")).toMatchObject({ file: `tiny.${to}`, to });
    const scores = async (...args: string[]): Promise<unknown> => {
      const data = ["--data", "color-mnist", "--limit", "2", "--engine", "wasm"];
      return ((await json("eval", "tiny.json", ...data, ...args)) as { metrics: unknown }).metrics;
    };
    const weights = ["--weights", `tiny.${to}`];
    expect(await scores(...weights, "--seed", "5")).toEqual(await scores("--seed", "5"));
    expect(await scores(...weights, "--seed", "6")).not.toEqual(await scores("--seed", "6"));
  });

  it("writes the settle as an ONNX model, from here and from compile", async () => {
    await writeFile(join(folder, "tiny.json"), JSON.stringify(tinyCircuit));
    expect(await json("export", "tiny.json", "--to", "onnx", "--mode", "x=released")).toMatchObject({
      file: "tiny.onnx",
    });
    await json("compile", "tiny.json", "--emit", "onnx", "-o", "again.onnx");
    const [released, clamped] = [await readFile(join(folder, "tiny.onnx")), await readFile(join(folder, "again.onnx"))];
    for (const bytes of [released, clamped]) expect(bytes.includes("Loop")).toBe(true);
    expect(released.equals(clamped)).toBe(false);
  });

  it("says which array a circuit does not have, and which was meant", async () => {
    const { encodeNpz } = await import("@settle/runs");
    const weights = new Map([
      ["w1", { shape: [3, 3, 3, 2], data: new Float32Array(54) }],
      ["bias:e0", { shape: [3], data: new Float32Array(3) }],
    ]);
    await writeFile(join(folder, "misnamed.npz"), encodeNpz(weights));
    const misnamed = await settle(["export", "tiny.json", "--to", "onnx", "--weights", "misnamed.npz"], {
      cwd: folder,
    });
    expect(misnamed.code).toBe(1);
    expect(misnamed.stderr).toContain("[checkpoint/unknown-tensor]");
    expect(misnamed.stderr).toContain('did you mean "W1" for "w1"?');
    weights.set("W1", { shape: [3, 3, 2, 3], data: new Float32Array(54) });
    weights.delete("w1");
    await writeFile(join(folder, "turned.npz"), encodeNpz(weights));
    const turned = await settle(["export", "tiny.json", "--to", "onnx", "--weights", "turned.npz"], { cwd: folder });
    expect(turned.stderr).toContain("[checkpoint/shape-mismatch]");
  });

  it("refuses a mode of a state that is not observed, and a word that is no mode", async () => {
    const { stderr } = await settle(["export", "tiny.json", "--to", "onnx", "--mode", "z1=free"], { cwd: folder });
    expect(stderr).toContain("[session/unknown-node]");
    expect((await settle(["export", "tiny.json", "--to", "onnx", "--mode", "x=fre"], { cwd: folder })).code).toBe(2);
  });
});

describe("settle new", () => {
  it("writes a commented circuit that checks without a warning, with its schema", async () => {
    expect(await json("new", "first")).toEqual({ file: "first.json" });
    const text = await readFile(join(folder, "first.json"), "utf8");
    expect(text).toContain("//");
    const { spec, diagnostics } = parseCircuit(text);
    expect(diagnostics).toEqual([]);
    expect(spec?.name).toBe("first");
    const schema = JSON.parse(await readFile(fileURLToPath(spec?.$schema ?? ""), "utf8")) as { type?: string };
    expect(schema.type).toBe("object");
    expect(await json("check", "first.json")).toEqual({ ok: true, diagnostics: [] });
  });

  it("copies a predefined circuit under the new name, all else the same", async () => {
    await json("new", "second", "--from", "conv-ngc");
    const copy = parseCircuit(await readFile(join(folder, "second.json"), "utf8")).spec;
    const original = parseCircuit(
      await readFile(new URL("../../../circuits/conv-ngc/circuit.json", import.meta.url), "utf8"),
    ).spec;
    expect({ ...copy, $schema: "", name: "" }).toEqual({ ...original, $schema: "", name: "" });
    expect(copy?.name).toBe("second");
  });

  it("keeps the comments of a circuit it copies", async () => {
    await json("new", "third");
    await json("new", "fourth", "--from", "third.json");
    expect(await readFile(join(folder, "fourth.json"), "utf8")).toContain("// What the data feed");
  });
});

describe("settle new from a template", () => {
  it("keeps its parameters, with what was given as their defaults", async () => {
    await writeFile(join(folder, "family.json"), familyText);
    await json("new", "member", "--from", "family.json", "--set", "units=7");
    const { spec, parameters } = parseCircuit(await readFile(join(folder, "member.json"), "utf8"));
    expect(spec?.states["z"]).toEqual({ shape: [7], activation: "tanh" });
    expect(parameters?.["units"]).toMatchObject({ value: 7, given: false, declared: { min: 1, max: 9 } });
  });
});
