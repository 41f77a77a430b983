import { referenceEngine } from "@settle/engine-reference";
import type { Engine } from "@settle/runtime";
import { beforeAll, describe, expect, test } from "vitest";

import {
  type ConformanceReport,
  fixturesFolder,
  loadFixtures,
  runConformance,
  runFixture,
  type TranslatedFixture,
  type Translation,
  translateFixture,
} from "../src/index.ts";

let report: ConformanceReport;
let translations: readonly Translation[];
beforeAll(async () => {
  translations = await loadFixtures(fixturesFolder);
  report = await runConformance(translations, referenceEngine);
});

const runs = [
  "closed-form-start",
  "conv-ngc-released",
  "conv-ngc-separate",
  "conv-ngc-tied",
  "cyclic",
  "dense-ngc-leaky",
  "dense-pcn-tanh",
  "gncn-pdh",
  "gncn-t1",
  "gncn-t1-sigma",
  "masked-completion",
  "mixed-graph",
  "residual-average",
  "residual-lra-upsample",
  "residual-lra",
  "settle-heun",
  "settle-momentum",
  "settle-nesterov",
  "settle-rk4",
];
const skips: readonly string[] = [];

test.each(runs)("the reference engine passes %s in float64", (name) => {
  const fixture = report.fixtures.find((each) => each.name === name);
  expect(fixture?.diagnostics ?? []).toEqual([]);
  expect(fixture?.checks.filter(({ ok }) => !ok)).toEqual([]);
  expect(fixture?.checks.length).toBeGreaterThan(15);
  expect(fixture?.ok).toBe(true);
});

test("what is skipped is skipped by name, counted apart and never ok", () => {
  const skipped = report.fixtures.filter((each) => each.skipped !== undefined);
  expect(skipped.map(({ name }) => name)).toEqual(skips);
  expect(skipped.every(({ ok, checks }) => !ok && checks.length === 0)).toBe(true);
  expect(report).toMatchObject({ engine: "reference", passed: runs.length, failed: 0, skipped: skips.length });
});

test("a run checks states, predictions, errors, discrepancies, deltas and the first update", () => {
  const whats = report.fixtures.find(({ name }) => name === "mixed-graph")?.checks.map(({ what }) => what);
  expect(whats).toEqual(
    expect.arrayContaining([
      "state t after 1",
      "prediction ei after 6",
      "error el after 12",
      "discrepancy em",
      "delta D",
      "delta error:D",
      "delta bias:ei",
      "after one update C",
    ]),
  );
});

test("the closed-form case ends at the sums published for the legacy program", () => {
  const fixture = translations.find((each): each is TranslatedFixture => each.name === "closed-form-start");
  const { errors } = fixture!.expected.snapshots.at(-1)!;
  const square = (id: string): number => errors[id]!.values.reduce((sum, e) => sum + e * e, 0);
  expect(square("e0")).toBeCloseTo(8.306156593, 8);
  expect(square("e1")).toBeCloseTo(0.421377802, 8);
});

describe("the suite notices", () => {
  const spoilt = (change: (fixture: TranslatedFixture) => Partial<TranslatedFixture>): TranslatedFixture => {
    const fixture = translations.find((each): each is TranslatedFixture => each.name === "dense-ngc-leaky")!;
    return { ...fixture, ...change(fixture) };
  };

  test("a leak that is scaled by the rate where it should not be", async () => {
    const fixture = spoilt(({ spec }) => ({
      spec: {
        ...spec,
        states: Object.fromEntries(
          Object.entries(spec.states).map(([id, state]) => [id, { ...state, leak: { rate: 0.001, scaled: true } }]),
        ),
      },
    }));
    const { ok, checks } = await runFixture(fixture, referenceEngine);
    expect(ok).toBe(false);
    expect(checks.filter((check) => !check.ok).map(({ what }) => what)).toContain("state z1 after 1");
  });

  test("a wrong λ, in the error weights' delta alone", async () => {
    const fixture = spoilt(({ spec }) => ({
      spec: {
        ...spec,
        synapses: { ...spec.synapses, W2: { ...spec.synapses["W2"]!, feedback: { kind: "separate", lambda: 0.8 } } },
      },
    }));
    const { checks } = await runFixture(fixture, referenceEngine);
    expect(checks.filter((check) => !check.ok).map(({ what }) => what)).toEqual(["delta error:W2"]);
  });

  test("a constraint over the wrong axis, after the update alone", async () => {
    const fixture = spoilt(({ spec }) => ({
      spec: { ...spec, learn: { ...spec.learn, constraint: { kind: "max-norm", over: "target", bound: 0.5 } } },
    }));
    const { checks } = await runFixture(fixture, referenceEngine);
    const failed = checks.filter((check) => !check.ok).map(({ what }) => what);
    expect(failed.length).toBeGreaterThan(0);
    expect(failed.every((what) => what.startsWith("after one update"))).toBe(true);
  });
});

test("a damaged fixture counts as failed and carries its diagnostics", async () => {
  const damaged = translateFixture({ name: "broken" }, "broken.json");
  const { fixtures, failed } = await runConformance([damaged], referenceEngine);
  expect(failed).toBe(1);
  expect(fixtures[0]?.diagnostics?.[0]?.code).toBe("conformance/damaged-fixture");
});

test("a circuit that does not compile counts as failed and carries the diagnostic", async () => {
  const fixture = translations.find((each): each is TranslatedFixture => each.name === "cyclic")!;
  const spec = {
    ...fixture.spec,
    synapses: { ...fixture.spec.synapses, A: { ...fixture.spec.synapses["A"]!, to: "e9" } },
  };
  const { ok, diagnostics } = await runFixture({ ...fixture, spec }, referenceEngine);
  expect(ok).toBe(false);
  expect(diagnostics?.[0]?.severity).toBe("error");
});

test("an engine that does not work here skips everything, with its reason", async () => {
  const absent: Engine = {
    ...referenceEngine,
    name: "absent",
    probe: async () => ({ available: false, reason: "there is no such device" }),
  };
  const { device, passed, failed, skipped, fixtures } = await runConformance(translations, absent);
  expect({ device, passed, failed, skipped }).toEqual({ device: null, passed: 0, failed: 0, skipped: 19 });
  expect(fixtures[0]?.skipped).toBe("absent does not work here: there is no such device");
});

test("the report is plain JSON, also where numbers are not finite", async () => {
  expect(JSON.parse(JSON.stringify(report))).toEqual(report);
});

test("an abort stops the suite with its reason", async () => {
  const signal = AbortSignal.abort(new Error("enough"));
  await expect(runConformance(translations, referenceEngine, { signal })).rejects.toThrow("enough");
});
