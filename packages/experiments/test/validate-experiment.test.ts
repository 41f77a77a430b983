import { checkExperiment, ExperimentError, loadExperiment, planExperiment } from "@settle/experiments";
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { tinyCircuit, tinyExperiment, tinyFolder, type TinyFolder } from "./tiny-experiment.ts";

let folder: TinyFolder;
const before = process.cwd();
beforeAll(() => {
  folder = tinyFolder();
  process.chdir(folder.dir);
});
afterAll(() => {
  process.chdir(before);
  folder.remove();
});

/** Everything that is said against an experiment: its faults, or those of its plan. */
async function complaints(experiment: unknown): Promise<readonly { code: string; message: string; pointer: string }[]> {
  try {
    await planExperiment(await loadExperiment(folder.write(experiment)), { engine: "reference" });
    return [];
  } catch (fault) {
    if (!(fault instanceof ExperimentError)) throw fault;
    return fault.diagnostics.map(({ code, message, pointer }) => ({ code, message, pointer }));
  }
}

const codesOf = async (experiment: unknown): Promise<readonly string[]> =>
  (await complaints(experiment)).map(({ code }) => code);

describe("an experiment", () => {
  it("that is right has nothing said against it", async () => {
    expect(await complaints(tinyExperiment)).toEqual([]);
  });

  it("is checked without its data: fields, circuits, and what is held equal", async () => {
    const check = (experiment: unknown) => checkExperiment(folder.write(experiment));
    const elsewhere = { ...tinyExperiment, data: { train: "not-here" } };
    expect(await check(elsewhere)).toMatchObject({ diagnostics: [], summary: "2 circuits, 3 seeds, 1 task, 1 metric" });
    const faulty = { ...tinyExperiment, baseline: "plane" };
    expect((await check(faulty)).diagnostics.map(({ code }) => code)).toEqual(["experiment/unknown-circuit"]);
    const merge = { states: { z2: { shape: [1, 1, 3] } } };
    const uneven = { plain: { circuit: "tiny.json" }, wide: { circuit: "tiny.json", merge } };
    const held = await check({ ...tinyExperiment, circuits: uneven, equal: ["parameters"] });
    expect(held.diagnostics.map(({ code }) => code)).toEqual(["experiment/unequal-budgets"]);
    expect((await checkExperiment("nothing.json")).diagnostics.map(({ code }) => code)).toEqual(["load/no-such-file"]);
  });

  it("may be a TypeScript file", async () => {
    const text = `import { defineExperiment } from "@settle/experiments";
export default defineExperiment(${JSON.stringify(tinyExperiment)});`;
    expect((await loadExperiment(folder.write(text, "experiment.ts"))).spec).toEqual(tinyExperiment);
  });

  it("has its faults told with line and column, under its own name", async () => {
    const text = '{\n  "version": 1,\n  "nmae": "x"\n}';
    const fault = await loadExperiment(folder.write(text)).catch((each: unknown) => each);
    expect(fault).toBeInstanceOf(ExperimentError);
    const { diagnostics } = fault as ExperimentError;
    expect(diagnostics.find(({ code }) => code === "schema/unknown-field")).toMatchObject({
      message: 'The experiment has no field "nmae".',
      line: 3,
      column: 3,
      note: 'did you mean "name"?',
    });
  });

  it("of a name that does not ship is not found", async () => {
    await expect(loadExperiment("wirings")).rejects.toMatchObject({
      diagnostic: { code: "load/unknown-experiment", help: 'did you mean "wiring"?' },
    });
  });

  it.each([
    ["experiment/one-circuit", { circuits: { plain: { circuit: "tiny.json" } } }],
    ["experiment/unknown-circuit", { baseline: "plane" }],
    ["experiment/unknown-task", { metrics: ["clena.mse"] }],
    ["experiment/unknown-metric", { hypotheses: [{ metric: "clean.psnr", better: "short", than: "plain" }] }],
    [
      "experiment/unknown-circuit",
      { published: [{ circuit: "plan", metric: "clean.mse", mean: 1, source: "A paper" }] },
    ],
    [
      "experiment/unknown-metric",
      { published: [{ circuit: "plain", metric: "clean.psnr", mean: 1, source: "A paper" }] },
    ],
    ["experiment/twice", { autoencoders: { plain: { kind: "conv-ae" } } }],
    ["experiment/twice", { seeds: [1, 2, 1] }],
    ["experiment/bad-hypothesis", { hypotheses: [{ metric: "clean.mse", better: "short", than: "short" }] }],
    [
      "schema/missing-field",
      { circuits: { ...tinyExperiment.circuits, short: { circuit: "tiny.json", patch: [{ op: "add", path: "/x" }] } } },
    ],
  ])("is refused: %s", async (code, change) => {
    expect(await codesOf({ ...tinyExperiment, ...change })).toEqual([code]);
  });
});

describe("a variant", () => {
  const family = {
    ...tinyCircuit,
    parameters: { units: { default: 2, min: 1, max: 4, integer: true } },
    states: { ...tinyCircuit.states, z2: { shape: [1, 1, { $parameter: "units" }], activation: "tanh" } },
  };

  it.each([
    ["template/wrong-type", { units: "3" }, "/circuits/other/parameters/units"],
    ["template/out-of-range", { units: 9 }, "/circuits/other/parameters/units"],
    ["template/unknown-parameter", { unit: 3 }, "/circuits/other/parameters"],
  ])("given a parameter that does not fit is told where it was given: %s", async (code, parameters, pointer) => {
    writeFileSync(join(folder.dir, "family.json"), JSON.stringify(family));
    const circuits = { ...tinyExperiment.circuits, other: { circuit: "family.json", parameters } };
    expect(await complaints({ ...tinyExperiment, circuits })).toMatchObject([{ code, pointer }]);
  });

  it("whose patch points nowhere is named with the operation", async () => {
    const circuits = {
      ...tinyExperiment.circuits,
      broken: { circuit: "tiny.json", patch: [{ op: "replace", path: "/states/z9/shape", value: [1] }] },
    };
    expect(await complaints({ ...tinyExperiment, circuits })).toEqual([
      {
        code: "experiment/bad-patch",
        message: 'The circuit "broken" cannot be made: "/states/z9/shape" is not in the circuit.',
        pointer: "/circuits/broken/patch/0",
      },
    ]);
  });

  it("that is no valid circuit is named, at the operation that made it so", async () => {
    const circuits = {
      ...tinyExperiment.circuits,
      broken: {
        circuit: "tiny.json",
        patch: [
          { op: "replace", path: "/settle/steps", value: 3 },
          { op: "add", path: "/synapses/S", value: { from: "z7", to: "e0", kind: "dense" } },
        ],
      },
    };
    const [fault] = await complaints({ ...tinyExperiment, circuits });
    expect(fault).toMatchObject({ code: "resolve/unknown-state", pointer: "/circuits/broken/patch/1/value/from" });
    expect(fault?.message).toContain('The circuit "broken" is not valid');
  });

  it("that a merge makes invalid is named at the field of the merge", async () => {
    const circuits = {
      ...tinyExperiment.circuits,
      broken: { circuit: "tiny.json", merge: { settle: { steps: -1 } } },
    };
    expect(await complaints({ ...tinyExperiment, circuits })).toMatchObject([
      { code: "schema/out-of-range", pointer: "/circuits/broken/merge/settle/steps" },
    ]);
  });

  it("that backpropagation is not defined for is named, where the experiment asks for it", async () => {
    const circuits = {
      plain: { circuit: "tiny.json" },
      control: {
        circuit: "tiny.json",
        merge: { settle: { integrator: "adaptive" } },
        train: { by: "backpropagation" },
      },
    };
    expect(await complaints({ ...tinyExperiment, circuits })).toMatchObject([
      {
        code: "session/no-backpropagation",
        message: expect.stringContaining('The circuit "control"') as string,
        pointer: "/circuits/control/train",
      },
    ]);
  });

  it("of a file that is not there is named", async () => {
    const circuits = { ...tinyExperiment.circuits, broken: { circuit: "nowhere.json" } };
    expect(await complaints({ ...tinyExperiment, circuits })).toMatchObject([
      { code: "load/no-such-file", pointer: "/circuits/broken/circuit" },
    ]);
  });
});

describe("budgets", () => {
  const wide = { circuit: "tiny.json", patch: [{ op: "replace", path: "/states/z1/shape/2", value: 9 }] };

  it("that are unequal and cannot be changed are refused", async () => {
    const circuits = { ...tinyExperiment.circuits, wide };
    const [fault] = await complaints({ ...tinyExperiment, circuits, equal: ["parameters"] });
    expect(fault).toMatchObject({ code: "experiment/unequal-budgets", pointer: "/equal/0" });
    expect(fault?.message).toContain('"wide"');
  });

  it("of parameters are held by the numbers that may be changed", async () => {
    const circuits = { plain: { circuit: "tiny.json" }, wide: { ...wide, adjust: ["/states/z1/shape/2"] } };
    const experiment = await loadExperiment(folder.write({ ...tinyExperiment, circuits, equal: ["parameters"] }));
    const { circuits: planned } = await planExperiment(experiment, { engine: "reference" });
    expect(planned[1]?.analysis.parameters.total).toBe(planned[0]?.analysis.parameters.total);
    expect(planned[1]?.adjusted).toEqual([{ pointer: "/states/z1/shape/2", from: 9, to: 3 }]);
  });

  it("of FLOPs are held by the steps of the settle", async () => {
    const circuits = { plain: { circuit: "tiny.json", merge: { settle: { steps: 200 } } }, wide };
    const experiment = await loadExperiment(folder.write({ ...tinyExperiment, circuits, equal: ["flops"] }));
    const { circuits: planned, budgets } = await planExperiment(experiment, { engine: "reference" });
    expect(budgets.find(({ budget }) => budget === "flops")?.spread).toBeLessThan(0.01);
    expect(planned[1]?.analysis.steps).toBeLessThan(150);
  });

  it("of wall time are held by the steps, from what a step was measured to cost", async () => {
    const loaded = await loadExperiment(folder.write({ ...tinyExperiment, equal: ["wallTime"] }));
    const planned = await planExperiment(loaded, { engine: "reference", stepSeconds: { plain: 2e-3, short: 1e-3 } });
    expect(planned.circuits.map(({ analysis }) => analysis.steps)).toEqual([5, 10]);
    expect(planned.budgets.find(({ budget }) => budget === "wallTime")).toMatchObject({
      held: true,
      values: { plain: 0.01, short: 0.01 },
      spread: 0,
    });
    // 5 · 2 / 3 is no whole number of steps: 3 of them are a tenth too short.
    const uneven = { engine: "reference", stepSeconds: { plain: 2e-3, short: 3e-3 } };
    await expect(planExperiment(loaded, uneven)).rejects.toMatchObject({
      diagnostics: [{ code: "experiment/unequal-budgets" }],
    });
  });

  it("of steps and FLOPs together are refused where the circuits differ", async () => {
    const circuits = { plain: { circuit: "tiny.json" }, wide };
    expect(await codesOf({ ...tinyExperiment, circuits, equal: ["settleSteps", "flops"] })).toEqual([
      "experiment/unequal-budgets",
    ]);
  });
});

describe("data", () => {
  it("that one task lacks are told before anything is made, at the task", async () => {
    const tasks = { ...tinyExperiment.tasks, far: { task: "reconstruct", data: "svhn:nowhere" } };
    const found = await complaints({ ...tinyExperiment, tasks });
    expect(found).toMatchObject([{ code: "experiment/missing-data", pointer: "/tasks/far/data" }]);
    expect(found[0]?.message).toContain('Task "far"');
    expect(readdirSync(folder.dir)).not.toContain("runs");
  });

  it("that do not fit a circuit are told with its name, once", async () => {
    const circuits = {
      ...tinyExperiment.circuits,
      large: { circuit: "tiny.json", patch: [{ op: "replace", path: "/states/x/shape", value: [8, 8, 1] }] },
    };
    const found = await complaints({ ...tinyExperiment, circuits });
    expect(found.length).toBeGreaterThan(0);
    expect(found.some(({ message }) => message.includes('"large"'))).toBe(true);
  });
});
