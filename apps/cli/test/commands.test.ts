import { parseProgram, verifyProgram } from "@settle/program";
import { engineRegistry } from "@settle/settle";
import { parseCircuit } from "@settle/spec";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { settle } from "./fake-terminal.ts";
import { tinyCircuit } from "./tiny-circuit.ts";

let folder: string;
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), "settle-commands-"))));
afterAll(() => rm(folder, { recursive: true, force: true }));

async function json(...args: string[]): Promise<unknown> {
  const { code, stdout } = await settle([...args, "--json"], { cwd: folder });
  expect(code).toBe(0);
  return JSON.parse(stdout);
}

const familyText = JSON.stringify({
  version: 1,
  name: "family",
  parameters: {
    units: { default: 3, min: 1, max: 9, integer: true, description: "hidden units" },
    phi: { default: "tanh", options: ["tanh", "relu"] },
  },
  states: {
    x: { shape: [8], observed: { data: "image" } },
    z: { shape: [{ $parameter: "units" }], activation: { $parameter: "phi" } },
  },
  errors: { e: { target: "x" } },
  synapses: { W: { from: "z", to: "e", kind: "dense" } },
});

describe("settle check", () => {
  it("says in a line that a circuit is in order", async () => {
    const { code, stdout, stderr } = await settle(["check", "conv-ngc", "ngc"]);
    expect(code).toBe(0);
    expect(stderr).toBe("");
    expect(stdout).toContain("ok  conv-ngc  5 states, 4 errors, 4 synapses, 9,288 parameters");
    expect(stdout).toContain("738,072 parameters");
  });

  it("gives scripts an empty list of diagnostics", async () => {
    expect(await json("check", "conv-ngc")).toEqual({ ok: true, diagnostics: [] });
  });
});

describe("settle fix", () => {
  const spoilt = JSON.stringify(tinyCircuit, undefined, 2).replace('"bias"', '"bais"').replace('"tanh"', '"tanhh"');

  it("shows what it would change and leaves the file alone, until asked to write", async () => {
    await writeFile(join(folder, "spoilt.json"), spoilt);
    const shown = await settle(["fix", "spoilt.json"], { cwd: folder });
    expect(shown.code).toBe(0);
    expect(shown.stdout).toContain('-      "bais": true');
    expect(shown.stdout).toContain('+      "bias": true');
    expect(shown.stderr).toContain("[schema/unknown-field]");
    expect(await readFile(join(folder, "spoilt.json"), "utf8")).toBe(spoilt);
    const written = await settle(["fix", "spoilt.json", "--write"], { cwd: folder });
    expect(written.stdout).toContain("Wrote spoilt.json: 2 repairs.");
    expect(await readFile(join(folder, "spoilt.json"), "utf8")).toBe(JSON.stringify(tinyCircuit, undefined, 2));
  });

  it("gives scripts the patches, and ends with 1 where something remains", async () => {
    await writeFile(join(folder, "worse.json"), spoilt.replace('"z1"', '"1z"'));
    const { code, stdout } = await settle(["fix", "worse.json", "--json"], { cwd: folder });
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      ok: false,
      written: false,
      repairs: [{ code: "schema/unknown-field", patch: [{ op: "move" }] }],
      remaining: [{ code: "schema/bad-id" }],
    });
  });
});

describe("settle info", () => {
  it("counts what the papers count", async () => {
    expect(await json("info", "conv-ngc")).toMatchObject({
      name: "conv-ngc",
      class: { hierarchical: true, cyclic: false, lateral: false, skips: [] },
      parameters: { total: 9288, generative: 9225, error: 0, bias: 63, lateral: 0, precision: 0 },
      // 509,400 taps, predicted and fed back, two operations each.
      flopsPerStep: 2 * 2 * 509_400,
    });
    expect(await json("info", "ngc")).toMatchObject({ parameters: { total: 738_072 } });
  });

  it("shows the parameters of a template, and takes values for them", async () => {
    await writeFile(join(folder, "family.json"), familyText);
    expect(await json("info", "family.json", "--set", "units=7")).toMatchObject({
      parameters: { generative: 56 },
      template: { units: { value: 7, default: 3, min: 1, max: 9 }, phi: { value: "tanh" } },
    });
    const { stdout } = await settle(["info", "family.json", "--set", "phi=relu"], { cwd: folder });
    expect(stdout).toContain("units = 3 (default; a whole number between 1 and 9): hidden units");
    expect(stdout).toContain("phi = relu (given; default tanh; one of tanh, relu)");
    const wrong = await settle(["info", "family.json", "--set", "unit=7"], { cwd: folder });
    expect(wrong).toMatchObject({ code: 1, stdout: "" });
    expect(wrong.stderr).toContain('did you mean "units"?');
    expect((await settle(["info", "family.json", "--set", "units"], { cwd: folder })).code).toBe(2);
  });

  it("lists states with their shapes", async () => {
    const { states } = (await json("info", "conv-ngc")) as { states: { id: string; shape: number[] }[] };
    expect(states.map(({ id, shape }) => [id, shape])).toEqual([
      ["x", [32, 32, 3]],
      ["z1", [16, 16, 25]],
      ["z2", [8, 8, 20]],
      ["z3", [4, 4, 15]],
      ["z4", [2, 2, 10]],
    ]);
  });

  it("says how far the states are from the data and what meets at a node", async () => {
    const { topology } = (await json("info", "conv-ngc")) as { topology: Record<string, unknown[]> };
    expect(topology["paths"]?.at(-1)).toEqual({ from: "z4", to: "x", shortest: 4, longest: 4 });
    expect(topology["breaking"]).toEqual([]);
    const { stdout } = await settle(["info", "conv-ngc"]);
    expect(stdout).toContain("synapses down to x: z1 1, z2 2, z3 3, z4 4");
    expect(stdout).toContain("at their own law: z4");
  });

  it("prints the same for people", async () => {
    const { stdout } = await settle(["info", "conv-ngc"]);
    for (const text of ["16 × 16 × 25", "9,288", "9,225 generative", "63 bias", "hierarchical", "123.3 MFLOP"]) {
      expect(stdout).toContain(text);
    }
  });
});

describe("settle draw", () => {
  it("writes a picture that scales, or pixels", async () => {
    expect(await json("draw", "ngc", "-o", "ngc.svg")).toEqual({ file: "ngc.svg", format: "svg", circuit: "ngc" });
    expect(await readFile(join(folder, "ngc.svg"), "utf8")).toMatch(/^<svg [^]*<\/svg>\n$/);
    const { code, stdout } = await settle(["draw", "ngc", "-o", "ngc.PNG", "--scale", "1"], { cwd: folder });
    expect([code, stdout]).toEqual([0, "Wrote ngc.PNG.\n"]);
    const png = await readFile(join(folder, "ngc.PNG"));
    expect(png.subarray(0, 8)).toEqual(Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]));
    const width = /width="(\d+)"/.exec(await readFile(join(folder, "ngc.svg"), "utf8"))?.[1];
    expect(png.readUInt32BE(16)).toBe(Number(width));
  });

  it("says which formats there are", async () => {
    const { code, stderr } = await settle(["draw", "ngc", "-o", "ngc.jpg"], { cwd: folder });
    expect(code).toBe(1);
    expect(stderr).toContain("output/unknown-format");
    expect(stderr).toContain("picture.svg");
    expect((await settle(["draw", "ngc"])).code).toBe(2);
    expect((await settle(["draw", "ngc", "-o", join(folder, "nowhere/ngc.svg")])).code).toBe(1);
  });
});

describe("settle diff", () => {
  it("says what differs, in words, for scripts and as a picture", async () => {
    const { code, stdout } = await settle(["diff", "ngc", "pcn"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/~ x, z1, z2, z3, z4\n +derivative +false → true\n/);
    const diff = await json("diff", "conv-ngc", "conv-ngc-separate", "-o", "diff.svg");
    expect(diff).toMatchObject({
      before: { name: "conv-ngc" },
      after: { name: "conv-ngc-separate" },
      same: false,
      states: [],
      figures: expect.arrayContaining([{ field: "parameters.total", before: "9,288", after: "18,513" }]) as unknown,
      file: "diff.svg",
    });
    expect(await readFile(join(folder, "diff.svg"), "utf8")).toContain("conv-ngc → conv-ngc-separate");
  });

  it("finds no difference between a circuit and itself", async () => {
    expect((await settle(["diff", "ngc", "ngc"])).stdout).toContain("The same circuit");
  });
});

describe("settle explain", () => {
  it.each(["normalize", "resolve", "derive", "lower", "plan"])(
    "shows the level after %s, as text and as JSON",
    async (level) => {
      const { code, stdout } = await settle(["explain", "conv-ngc", "--after", level]);
      expect(code).toBe(0);
      expect(stdout).toContain("W1");
      expect(await json("explain", "conv-ngc", "--after", level)).toBeTypeOf("object");
    },
  );

  it("gives the equations as LaTeX", async () => {
    const { stdout } = await settle(["explain", "conv-ngc", "--after", "derive", "--format", "latex"]);
    expect(stdout).toContain("\\begin{aligned}");
  });

  it("has no LaTeX of the plan, and says so", async () => {
    const { code, stderr } = await settle(["explain", "conv-ngc", "--after", "plan", "--format", "latex"]);
    expect(code).toBe(1);
    expect(stderr).toContain("[explain/no-latex]");
  });

  it("refuses an unknown level as wrong usage and lists the known ones", async () => {
    const { code, stderr } = await settle(["explain", "conv-ngc", "--after", "derived"]);
    expect(code).toBe(2);
    expect(stderr).toContain("normalize");
  });
});

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

describe("settle verify", () => {
  it("says what each rule descends, and compares an engine", async () => {
    await writeFile(join(folder, "tiny.json"), JSON.stringify(tinyCircuit));
    const found = await json("verify", "tiny.json", "--engine", "wasm");
    expect(found).toMatchObject({ circuit: "tiny", ok: true, engines: [{ name: "wasm" }] });
    const { stdout } = await settle(["verify", "tiny.json", "--engine", "reference", "--quiet"], { cwd: folder });
    expect(stdout).toContain("φ′(z1) is left out");
    expect(stdout).toContain("W1  is −∂E  ok");
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

describe("settle schema", () => {
  it("prints the published schema", async () => {
    const { stdout } = await settle(["schema"]);
    const committed = new URL("../../../packages/spec/schema/circuit-v1.schema.json", import.meta.url);
    const { $id: _, ...published } = JSON.parse(await readFile(committed, "utf8")) as Record<string, unknown>;
    expect(JSON.parse(stdout)).toMatchObject(published);
  });
});

describe("settle cite", () => {
  it("prints BibTeX, and as JSON the keys too", async () => {
    expect((await settle(["cite", "conv-ngc"])).stdout).toContain("@article{ConvNGC,");
    expect(await json("cite", "pcn")).toMatchObject({ name: "pcn", references: [{ key: "PCN" }, { key: "ConvNGC" }] });
  });
});

describe("settle data", () => {
  it("lists the known sets with source and terms", async () => {
    const { stdout } = await settle(["data"]);
    for (const text of ["color-mnist", "cifar10", "svhn", "cinic10", "terms", "settle data get cifar10"]) {
      expect(stdout).toContain(text);
    }
    const { datasets } = (await json("data", "list")) as { datasets: object[] };
    expect(datasets[0]).toMatchObject({ name: "color-mnist", builtIn: true });
  });

  it("refuses to fetch what is not known, with the closest name", async () => {
    const { code, stderr } = await settle(["data", "get", "cifar-10"], { cwd: folder });
    expect(code).toBe(1);
    expect(stderr).toContain('"cifar10"');
  });

  it("takes a wrong word for wrong usage", async () => {
    expect((await settle(["data", "lisst"])).code).toBe(2);
  });
});

describe("settle engines", () => {
  it("empties the cache of compiled kernels", async () => {
    const cache = join(folder, "kernels");
    await mkdir(cache, { recursive: true });
    await writeFile(join(cache, `${"0".repeat(32)}-${"1".repeat(64)}.so`), "12345");
    await writeFile(join(cache, "somebody-elses.so"), "67890");
    vi.stubEnv("SETTLE_KERNELS", cache);
    expect(await json("engines", "--clear-cache")).toEqual({ freed: 5 });
    expect(await readdir(cache)).toEqual(["somebody-elses.so"]);
    vi.unstubAllEnvs();
  });

  it("tells scripts which work, why the others do not, and what auto takes", async () => {
    const report = (await json("engines")) as { engines: { name: string; available: boolean }[]; auto: string };
    expect(report.engines.map(({ name }) => name)).toEqual(engineRegistry.map(({ name }) => name));
    for (const each of report.engines) {
      expect(each).toMatchObject(
        each.available
          ? { device: expect.any(String) as string, version: expect.any(String) as string }
          : { reason: expect.any(String) as string },
      );
    }
    expect(report.engines.find(({ available }) => available)?.name).toBe(report.auto);
  });

  it("says what an installation would fetch, and fetches nothing", async () => {
    const { code, stdout, stderr } = await settle(["engines", "install", "tensorflow", "--dry-run"]);
    // On a machine without the tools to build it, a diagnostic says which is missing.
    expect([0, 1]).toContain(code);
    if (code === 0) expect(stdout).toContain("Nothing was fetched");
    expect(stderr).toMatch(/fetches about \d+ MB|\[install\//);
  });
});

describe("settle conformance", () => {
  const fixtures = fileURLToPath(new URL("../../../packages/conformance/fixtures", import.meta.url));

  it("runs the fixtures on the named engine", async () => {
    const report = (await json("conformance", fixtures, "--engine", "reference")) as {
      engine: string;
      fixtures: { name: string; ok: boolean; skipped?: string; checks: unknown[] }[];
      passed: number;
      failed: number;
      skipped: number;
    };
    expect(report).toMatchObject({ engine: "reference", failed: 0 });
    expect(report.passed).toBeGreaterThan(5);
    expect(report.passed + report.skipped).toBe(report.fixtures.length);
    for (const each of report.fixtures) expect(each.ok).toBe(each.skipped === undefined);
  });

  it("says that a folder holds no fixtures", async () => {
    await mkdir(join(folder, "empty"));
    const { code, stderr } = await settle(["conformance", join(folder, "empty"), "--engine", "reference"]);
    expect(code).toBe(1);
    expect(stderr).toContain("[conformance/");
  });
});
