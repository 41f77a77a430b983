import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";

import { fixturesFolder, loadFixtures, type TranslatedFixture, translateFixture } from "../src/index.ts";

// oxlint-disable-next-line typescript/no-explicit-any -- a file's own text, to be damaged at will
type Json = Record<string, any>;
const raw = (name: string): Json => JSON.parse(readFileSync(path.join(fixturesFolder, `${name}.json`), "utf8"));
const translated = (name: string): TranslatedFixture => {
  const translation = translateFixture(raw(name), name);
  if (translation.kind !== "translated") throw new Error(`${name} is ${translation.kind}`);
  return translation;
};

test("every fixture of the folder is translated, or named here with what the language lacks", async () => {
  const translations = await loadFixtures(fixturesFolder);
  expect(translations).toHaveLength(19);
  const rest = translations.filter(({ kind }) => kind !== "translated");
  expect(
    Object.fromEntries(rest.map((each) => [each.name, each.kind === "unsupported" ? each.reason : each.kind])),
  ).toEqual({});
});

test("states keep their rate, leak, derivative and prior, and activations get the language's names", () => {
  const { spec, modes } = translated("gncn-t1");
  expect(spec.states["z1"]).toEqual({
    shape: [5],
    activation: "tanh",
    derivative: true,
    rate: 0.1,
    leak: { rate: 0.001, scaled: true },
    prior: { kind: "laplace", strength: 0.01 },
  });
  expect(modes).toEqual({ x: "clamped" });
  expect(translated("conv-ngc-released").spec.states["x"]).toMatchObject({
    activation: { kind: "leaky-relu", slope: 0.2 },
    observed: { data: "x" },
  });
});

test("modes are arguments of the settle, and a masked state brings its mask", () => {
  expect(translated("conv-ngc-released").modes).toEqual({ x: "released" });
  const { modes, masks } = translated("masked-completion");
  expect(modes).toEqual({ x: "masked" });
  expect(masks["x"]?.shape).toEqual([3, 6]);
});

test("synapses say how their error comes back, what scales them and what bounds them", () => {
  const { spec, parameters } = translated("mixed-graph");
  expect(spec.synapses).toMatchObject({
    A: { kind: "deconv2d", kernel: [3, 2], stride: [2, 2], padding: "valid", coefficient: 0.5, feedback: "tied" },
    C: { kind: "dense", learn: { constraint: { kind: "max-norm", over: "target", bound: 1 } } },
    D: { kind: "dense", coefficient: -1.5, feedback: { kind: "separate", lambda: 0.8 } },
    G: { kind: "conv2d", padding: "same", feedback: "none" },
  });
  expect(spec.errors["el"]?.precision).toEqual({ kind: "diagonal", sigma: [0.8, 1.25, 0.5], apply: "whiten" });
  expect(Object.keys(parameters).toSorted()).toEqual(["A", "B", "C", "D", "F", "G", "bias:ei", "error:D"]);
});

test("the integrator and its factor are carried over", () => {
  expect(translated("settle-rk4").spec.settle?.integrator).toEqual({ kind: "rk4" });
  expect(translated("settle-nesterov").spec.settle?.integrator).toEqual({
    kind: "momentum",
    factor: 0.8,
    nesterov: true,
  });
});

test("what is expected comes in order of steps and ends with the final values", () => {
  const { expected } = translated("conv-ngc-tied");
  expect(expected.snapshots.map(({ steps }) => steps)).toEqual([1, 10, 20]);
  expect(expected.discrepancy).toEqual({ e0: 16.31548157, e1: 4.063165983 });
  expect(Object.keys(expected.deltas).toSorted()).toEqual(["W1", "W2", "bias:e0", "bias:e1"]);
});

describe("a file of tomorrow", () => {
  test("with an unknown field is skipped by the field's name, never run without it", () => {
    const json = raw("cyclic");
    json["circuit"].states.z1.temperature = 2;
    expect(translateFixture(json, "cyclic.json")).toEqual({
      kind: "unsupported",
      name: "cyclic",
      reason: "it has fields without a translation: /circuit/states/z1/temperature",
    });
  });

  test("with an unknown activation, prior, operation or integrator is skipped", () => {
    const json = raw("gncn-t1");
    json["circuit"].states.z1.activation = { kind: "mish" };
    json["circuit"].states.z2.prior = { kind: "horseshoe", strength: 1 };
    json["circuit"].synapses.W1.op = { kind: "attention" };
    json["circuit"].method = { kind: "leapfrog" };
    expect(translateFixture(json, "x")).toMatchObject({
      reason:
        'the circuit language has no operation "attention", no activation "mish", no prior "horseshoe", no integrator "leapfrog" yet',
    });
  });
});

describe("a damaged file", () => {
  const damages: readonly (readonly [string, (json: Json) => void, string])[] = [
    ["a missing part", (json) => delete json["deltas"], "/deltas"],
    ["a ragged tensor", (json) => json["initialStates"].z1[0].pop(), "/initialStates/z1"],
    [
      "a word among numbers",
      (json) => (json["circuit"].synapses.W1.weights[0][0] = "x"),
      "/circuit/synapses/W1/weights",
    ],
    ["a state of another shape", (json) => (json["circuit"].states.z1.shape = [6]), "/initialStates/z1"],
    ["a state without a start", (json) => delete json["initialStates"].z2, "/initialStates"],
    ["a mask gone missing", (json) => delete json["circuit"].masks.x, "/circuit/masks"],
    ["a synapse without weights", (json) => delete json["circuit"].synapses.W1.weights, "/circuit/synapses/W1"],
    ["too few discrepancies", (json) => json["final"].discrepancy.pop(), "/final/discrepancy"],
    ["steps that are no number", (json) => (json["afterStep"].ten = json["afterStep"]["10"]), "/afterStep/ten"],
  ];
  test.each(damages)("with %s is a diagnostic that points at it", (_, damage, pointer) => {
    const json = raw("masked-completion");
    damage(json);
    expect(translateFixture(json, "masked.json")).toMatchObject({
      kind: "damaged",
      name: "masked-completion",
      diagnostics: [{ code: "conformance/damaged-fixture", severity: "error", file: "masked.json", pointer }],
    });
  });

  test("that is no object at all is named after its file", () => {
    expect(translateFixture([1, 2], "list.json")).toMatchObject({ kind: "damaged", name: "list.json" });
  });
});
