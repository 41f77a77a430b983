/** Whatever a person gives: a diagnostic that names the place and the remedy, exit code 1, and nothing lost. */
import type { DiagnosticJson } from "@settle/diagnostics";
import { mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { settle } from "./fake-terminal.ts";
import { tinyCircuit } from "./tiny-circuit.ts";

let folder: string;
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), "settle-bad-"))));
afterAll(() => rm(folder, { recursive: true, force: true }));

const { z1, x } = tinyCircuit.states;
const { e0 } = tinyCircuit.errors;
const { W1 } = tinyCircuit.synapses;
const json = (changes: object): string => JSON.stringify({ ...tinyCircuit, ...changes }, undefined, 2);

let files = 0;
async function write(text: string, extension = "json"): Promise<string> {
  const file = `circuit-${files++}.${extension}`;
  await writeFile(join(folder, file), text);
  return file;
}

/** Checks a circuit as a script would; also that what people see has the code and a remedy or a page. */
async function check(text: string, extension = "json"): Promise<readonly DiagnosticJson[]> {
  const file = await write(text, extension);
  const { code, stdout, stderr } = await settle(["check", file, "--json"], { cwd: folder });
  const report = JSON.parse(stdout) as { ok: boolean; diagnostics: DiagnosticJson[] };
  expect(report.ok).toBe(false);
  expect(code).toBe(1);
  for (const each of report.diagnostics) {
    expect(stderr).toContain(`[${each.code}]`);
    expect(each.file).toBe(file);
  }
  return report.diagnostics;
}

describe("settle reproduce", () => {
  it("knows its tables, and the one that was meant", async () => {
    const { code, stderr } = await settle(["reproduce", "cifar1O"], { cwd: folder });
    expect(code).toBe(1);
    expect(stderr).toContain("[reproduce/unknown-table]");
    expect(stderr).toContain("did you mean");
  });
});

describe("settle check, given", () => {
  it("something that is not JSON, says so", async () => {
    expect((await check("not a circuit at all"))[0]).toMatchObject({ code: "parse/not-json", line: 1 });
  });

  it("broken JSON, names line and column", async () => {
    expect((await check('{\n  "version": 1,\n  "name" "tiny"\n}'))[0]).toMatchObject({
      code: "parse/syntax",
      line: 3,
    });
  });

  it("comments and trailing commas, accepts them", async () => {
    const file = await write(json({}).replace("{", "{ // a comment").replace(/\n\}$/, ",\n}"));
    expect((await settle(["check", file], { cwd: folder })).code).toBe(0);
  });

  it("an unknown field, suggests the closest name", async () => {
    const [fault] = await check(json({ states: { x, z1: { ...z1, activtion: "tanh" } } }));
    expect(fault).toMatchObject({ code: "schema/unknown-field", pointer: "/states/z1/activtion" });
    expect(JSON.stringify(fault)).toContain('\\"activation\\"');
  });

  it("a misspelt endpoint, suggests the closest id and points at it", async () => {
    const [fault] = await check(json({ synapses: { W1: { ...W1, from: "z11" } } }));
    expect(fault?.pointer).toBe("/synapses/W1/from");
    expect(fault?.line).toBeGreaterThan(1);
    expect(JSON.stringify(fault)).toContain('\\"z1\\"');
  });

  it("a duplicate id, names both places", async () => {
    const text = json({}).replace('"z1": {', '"z1": { "shape": [16, 16, 2] },\n    "z1": {');
    expect((await check(text))[0]).toMatchObject({ code: "parse/duplicate-id", pointer: "/states/z1" });
  });

  it("an error node without a predictor, points at it", async () => {
    const faults = await check(json({ errors: { e0, e1: { target: "z1" } } }));
    expect(faults.map(({ pointer }) => pointer)).toContain("/errors/e1");
  });

  it("a state that nothing reads or corrects, points at it", async () => {
    const faults = await check(json({ states: { x, z1, lost: { shape: [3] } } }));
    expect(faults.map(({ pointer }) => pointer)).toContain("/states/lost");
  });

  it("shapes that do not fit, says which side could change", async () => {
    const [fault] = await check(json({ states: { x, z1: { ...z1, shape: [16, 16] } } }));
    expect(fault?.help ?? fault?.note).toBeTruthy();
  });

  it("a stride that cannot produce the target's size, says what it would give", async () => {
    const [fault] = await check(json({ synapses: { W1: { ...W1, stride: 3 } } }));
    expect(fault?.pointer).toMatch(/^\/(synapses\/W1|states\/(x|z1))/);
    expect(fault?.help).toBeTruthy();
  });

  it("a negative rate, refuses it", async () => {
    const [fault] = await check(json({ settle: { steps: 2, rate: -0.1 } }));
    expect(fault).toMatchObject({ code: "schema/out-of-range", pointer: "/settle/rate" });
  });

  it("NaN for a rate, refuses it where it stands", async () => {
    const [fault] = await check(json({}).replace('"rate": 0.1', '"rate": NaN'));
    expect(fault).toMatchObject({ code: "parse/syntax" });
    expect(fault?.message).toContain("NaN");
  });

  it("no observed node, says that data have nowhere to go", async () => {
    const faults = await check(json({ states: { x: { shape: [32, 32, 3] }, z1 } }));
    expect(faults.map(({ code }) => code)).toContain("resolve/not-observed");
  });

  it("T = 0, refuses it", async () => {
    const [fault] = await check(json({ settle: { steps: 0 } }));
    expect(fault).toMatchObject({ code: "schema/out-of-range", pointer: "/settle/steps" });
  });

  it("a huge file, refuses it with the limit", async () => {
    const file = join(folder, "huge.json");
    await writeFile(file, "{}");
    await truncate(file, 2 ** 31);
    const { code, stderr } = await settle(["check", "huge.json"], { cwd: folder });
    expect(code).toBe(1);
    expect(stderr).toContain("[load/too-large]");
    expect(stderr).toContain("2048.0 MB");
  });

  it("a file nested without end, refuses it", async () => {
    expect((await check(`${'{"a":'.repeat(100_000)}1${"}".repeat(100_000)}`))[0]?.code).toBe("parse/too-deep");
  });

  it.each(["__proto__", "constructor", "prototype"])("the key %s, refuses it and stays clean", async (key) => {
    const text = json({}).replace('"z1": {', `"${key}": { "shape": [1], "polluted": true },\n    "z1": {`);
    expect((await check(text))[0]?.code).toBe("parse/forbidden-key");
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it("a custom activation that is not an expression, points into it", async () => {
    const activation = { kind: "custom", expression: "process.exit(1)" };
    const [fault] = await check(json({ states: { x, z1: { ...z1, activation } } }));
    expect(fault).toMatchObject({ code: "parse/bad-expression", pointer: "/states/z1/activation/expression" });
  });

  it("a TypeScript circuit that throws, names its line", async () => {
    const text = 'const steps: number = 3;\nif (steps > 2) throw new Error("too many steps");\nexport default {};\n';
    const [fault] = await check(text, "ts");
    expect(fault).toMatchObject({ code: "load/module-threw", line: 2 });
    expect(fault?.message).toContain("too many steps");
  });

  it("a TypeScript circuit with a fault, reports it as for JSON", async () => {
    const text = `import { defineCircuit } from "@settle/settle";\nexport default defineCircuit(${json({ settle: { steps: 0 } })} as never);\n`;
    expect((await check(text, "ts"))[0]).toMatchObject({ code: "schema/out-of-range", pointer: "/settle/steps" });
  });

  it("a good TypeScript circuit outside the repository, accepts it", async () => {
    const text = `import { defineCircuit } from "@settle/settle";\nexport default defineCircuit(${json({})});\n`;
    const { code, stdout } = await settle(["check", await write(text, "ts")], { cwd: folder });
    expect(code).toBe(0);
    expect(stdout).toContain("2 states");
  });

  it("a file that is not there, lists what there is", async () => {
    const { code, stderr } = await settle(["check", "nowhere.json"], { cwd: folder });
    expect(code).toBe(1);
    expect(stderr).toContain("[load/no-such-file]");
    expect(stderr).toContain("conv-ngc");
  });

  it("a newer version of the language, says how to go on", async () => {
    const [fault] = await check(json({ version: 2 }));
    expect(fault).toMatchObject({ code: "schema/newer-version" });
    expect(fault?.help).toBeTruthy();
  });

  it("several faults, reports all of them", async () => {
    const faults = await check(json({ settle: { steps: 0, rate: -1 }, learn: { rule: "adm" } }));
    expect(faults.length).toBeGreaterThanOrEqual(3);
  });
});

describe("settle train, given", () => {
  const train = async (...args: string[]): ReturnType<typeof settle> =>
    settle(["train", ...args, "--engine", "reference", "--limit", "10"], { cwd: folder });

  it("data of another shape than the observed node, names both", async () => {
    const file = await write(json({ states: { x: { ...x, shape: [16, 16, 3] }, z1: { ...z1, shape: [8, 8, 2] } } }));
    const { code, stderr } = await train(file, "--data", "color-mnist", "--run", "shape");
    expect(code).toBe(1);
    expect(stderr).toContain("[data/shape-mismatch]");
    expect(stderr).toContain("[32, 32, 3]");
    expect(stderr).toContain("[16, 16, 3]");
  });

  it("an empty data folder, names it", async () => {
    const empty = join(folder, "empty");
    await mkdir(empty);
    const { code, stderr } = await train(await write(json({})), "--data", empty, "--run", "empty-run");
    expect(code).toBe(1);
    expect(stderr).toContain("[data/empty-folder]");
    expect(stderr).toContain("empty");
  });

  it("an unknown data set, suggests the closest", async () => {
    const { code, stderr } = await train(await write(json({})), "--data", "color-mnits", "--run", "unknown-data");
    expect(code).toBe(1);
    expect(stderr).toContain('"color-mnist"');
  });

  it("an engine that is not there, suggests the closest", async () => {
    const file = await write(json({}));
    const { code, stderr } = await settle(["train", file, "--engine", "tfjs:wsm"], { cwd: folder });
    expect(code).toBe(1);
    expect(stderr).toContain("[engine/unknown]");
    expect(stderr).toContain("tfjs:wasm");
  });

  it("a run folder that exists, leaves it as it was", async () => {
    const file = await write(json({}));
    expect((await train(file, "--run", "first")).code).toBe(0);
    const before = await readFile(join(folder, "first", "metrics.jsonl"), "utf8");
    const { code, stderr } = await train(file, "--run", "first");
    expect(code).toBe(1);
    expect(stderr).toContain("[runs/exists]");
    expect(stderr).toContain("--resume");
    expect(await readFile(join(folder, "first", "metrics.jsonl"), "utf8")).toBe(before);
  });

  it("a run folder of another circuit, refuses to resume it", async () => {
    expect((await train(await write(json({})), "--run", "theirs")).code).toBe(0);
    const other = await write(json({ states: { x, z1: { ...z1, shape: [16, 16, 3] } } }));
    const { code, stderr } = await train(other, "--run", "theirs", "--resume", "--epochs", "2");
    expect(code).toBe(1);
    expect(stderr).toMatch(/\[runs?\/other-circuit\]/);
  });

  it("a run folder whose checkpoints are damaged, says which and what to do", async () => {
    const file = await write(json({}));
    expect((await train(file, "--run", "damaged")).code).toBe(0);
    const checkpoints = join(folder, "damaged", "checkpoints");
    for (const name of await readdir(checkpoints)) {
      if (name.endsWith(".safetensors")) await truncate(join(checkpoints, name), 100);
    }
    const { code, stderr } = await train(file, "--run", "damaged", "--resume", "--epochs", "2");
    expect(code).toBe(1);
    expect(stderr).toContain("[runs/damaged-checkpoint]");
    expect(stderr).toContain("--overwrite");
  });

  it("a folder that is no run and not empty, touches nothing in it", async () => {
    await mkdir(join(folder, "photos"));
    await writeFile(join(folder, "photos", "holiday.jpg"), "precious");
    const { code, stderr } = await train(await write(json({})), "--run", "photos", "--overwrite");
    expect(code).toBe(1);
    expect(stderr).toContain("[runs/not-a-run]");
    expect(await readFile(join(folder, "photos", "holiday.jpg"), "utf8")).toBe("precious");
  });

  it("a place where no folder can be made, says why", async () => {
    // A file in the way stops every user; what a full or read-only disk says is tried in @settle/runs.
    await writeFile(join(folder, "file"), "");
    const { code, stderr } = await train(await write(json({})), "--run", join("file", "run"));
    expect(code).toBe(1);
    expect(stderr).toContain("[runs/");
    expect(stderr).not.toContain("fault of Settle");
  });
});

describe("settle new", () => {
  it("leaves a file that exists as it was", async () => {
    await writeFile(join(folder, "mine.json"), "precious");
    const { code, stderr } = await settle(["new", "mine"], { cwd: folder });
    expect(code).toBe(1);
    expect(stderr).toContain("[output/exists]");
    expect(await readFile(join(folder, "mine.json"), "utf8")).toBe("precious");
  });

  it("refuses a name that cannot be a circuit's", async () => {
    const { code, stderr } = await settle(["new", "two words"], { cwd: folder });
    expect(code).toBe(1);
    expect(stderr).toContain("[new/bad-name]");
  });
});
