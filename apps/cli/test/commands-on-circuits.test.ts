/** Commands that check, count, show and draw circuits. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { settle } from "./fake-terminal.ts";
import { tinyCircuit } from "./tiny-circuit.ts";
import { familyText, folder, json } from "./command-folder.ts";

describe("settle check", () => {
  it("says in a line that a circuit is in order", async () => {
    const { code, stdout, stderr } = await settle(["check", "conv-ngc", "ngc"]);
    expect(code).toBe(0);
    expect(stderr).toBe("");
    expect(stdout).toContain("ok  conv-ngc  5 states, 4 errors, 4 synapses, 9,288 parameters");
    expect(stdout).toContain("738,072 parameters");
  });

  it("says how much of what is wrong can be repaired by itself", async () => {
    const text = JSON.stringify(tinyCircuit).replace('"leaky-relu"', '"leaky-rleu"').replace('"deconv2d"', '"deconv"');
    await writeFile(join(folder, "repairable.json"), text);
    const { code, stderr } = await settle(["check", "repairable.json"], { cwd: folder });
    expect(code).toBe(1);
    expect(stderr).toContain("can be repaired by itself: settle fix repairable.json --write");
    expect((await settle(["check", "repairable.json", "--quiet"], { cwd: folder })).stderr).not.toContain("settle fix");
  });

  it("takes an experiment for what it is", async () => {
    expect((await settle(["check", "wiring"])).stdout).toMatch(/^ok {2}wiring {2}\d+ circuits, 5 seeds/);
    const experiment = { version: 1, name: "few", circuits: { one: { circuit: "tiny.json" } } };
    await writeFile(join(folder, "few.json"), JSON.stringify(experiment));
    const { code, stdout } = await settle(["check", "few.json", "--json"], { cwd: folder });
    expect(code).toBe(1);
    const { diagnostics } = JSON.parse(stdout) as { diagnostics: { message: string }[] };
    expect(diagnostics.map(({ message }) => message)).toContain('The experiment has no "seeds".');
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
