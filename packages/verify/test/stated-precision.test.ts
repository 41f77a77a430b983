/** Rules around a precision, right and wrong. */
import type { CircuitSpec, PrecisionSpec } from "@settle/spec";
import { describe, expect, it } from "vitest";
import { verify, ruleOf, failing, changed, scaled, mapTerm } from "./changed-equations.ts";

describe("a learned precision", () => {
  const learned = (precision: PrecisionSpec): CircuitSpec => ({
    version: 1,
    name: "precise",
    states: {
      x: { shape: [6], observed: { data: "image" } },
      z: { shape: [2, 3, 4] },
      y: { shape: [3] },
    },
    errors: { e: { target: "x" }, f: { target: "z", bias: true, precision } },
    synapses: { W: { from: "z", to: "e", kind: "dense" }, U: { from: "y", to: "f", kind: "dense" } },
  });
  const kinds = (["scalar", "diagonal", "channel", "full"] as const).flatMap((kind) =>
    (["whiten", "weigh"] as const).map((apply) => ({ kind, apply, learn: true })),
  );

  it.each(kinds)("climbs the likelihood, its log determinant included: $kind, $apply", async (precision) => {
    const found = await verify(learned(precision));
    expect(ruleOf(found, "precision:f")).toMatchObject({ gradient: true, check: { ok: true } });
    // What a full precision whitens is completed to a gradient as well.
    expect(ruleOf(found, "z").check?.ok).toBe(true);
    expect(ruleOf(found, "U").check?.ok).toBe(true);
    const whole = precision.kind === "full" && precision.apply === "whiten";
    expect(ruleOf(found, "U").gradient).toBe(!whole);
    expect(ruleOf(found, "U").angle !== undefined).toBe(whole);
    expect(failing(found)).toEqual([]);
  });

  it.each(kinds)("is found out where its determinant is counted once too often: $kind, $apply", async (precision) => {
    const found = await verify(learned(precision), ({ graph }) => ({
      graph: {
        ...graph,
        errors: changed(graph.errors, "f", (error) => ({
          ...error,
          precision: { ...error.precision!, sites: error.precision!.sites + 1 },
        })),
      },
    }));
    expect(failing(found)).toEqual(["precision:f"]);
  });

  it("is found out where the errors' part is off", async () => {
    const found = await verify(learned({ kind: "full", learn: true }), ({ deltas }) => ({
      deltas: changed(deltas, "precision:f", (delta) => scaled(delta, 1.001)),
    }));
    expect(failing(found)).toEqual(["precision:f"]);
  });
});

describe("an output g whose entries a precision or g itself mixes", () => {
  const precisions = [
    [
      "full, weigh",
      {
        kind: "full",
        covariance: [
          [2, 0.6, 0],
          [0.6, 1, -0.3],
          [0, -0.3, 0.5],
        ],
        apply: "weigh",
      },
    ],
    ["full, whiten", { kind: "full", learn: true, apply: "whiten" }],
    ["diagonal, weigh", { kind: "diagonal", sigma: [0.5, 2, 0.9], apply: "weigh" }],
  ] as const satisfies readonly (readonly [string, PrecisionSpec])[];
  const mixed = (precision: PrecisionSpec, output: "sigmoid" | "softmax"): CircuitSpec => ({
    version: 1,
    name: "mixed",
    states: { x: { shape: [2, 2, 2], observed: { data: "image" } }, z: { shape: [3] }, y: { shape: [4] } },
    errors: { e: { target: "x" }, f: { target: "z", output, bias: true, precision } },
    synapses: { W: { from: "z", to: "e", kind: "dense" }, U: { from: "y", to: "f", kind: "dense" } },
  });
  const each = precisions.flatMap(([name, precision]) =>
    (["sigmoid", "softmax"] as const).map((output) => [name, output, precision] as const),
  );

  it.each(each)("is compared along ways: %s, %s", async (_, output, precision) => {
    const found = await verify(mixed(precision, output));
    expect(failing(found)).toEqual([]);
    // Of what predicts, what is predicted, and the weights and bias between them.
    for (const id of ["y", "z", "U", "bias:f"]) expect(ruleOf(found, id).check?.ok).toBe(true);
    const potential = precision.kind === "diagonal" && output === "sigmoid";
    expect(found.energies[1]!.kind).toBe(potential ? "matching-loss" : "none");
    expect(ruleOf(found, "U").departures.some(({ kind }) => kind === "output-slope")).toBe(!potential);
  });

  it.each(each)("is found out where it is off: %s, %s", async (_, output, precision) => {
    const spec = mixed(precision, output);
    const doubled = await verify(spec, ({ deltas }) => ({
      deltas: changed(deltas, "U", (delta) => scaled(delta, 1.001)),
    }));
    expect(failing(doubled)).toEqual(["U"]);
    const moved = await verify(spec, ({ corrections }) => ({
      corrections: changed(corrections, "z", (term) =>
        mapTerm(term, (part) => (part.kind === "error" && part.error === "f" ? scaled(part, 1.001) : part)),
      ),
    }));
    expect(failing(moved)).toEqual(["z"]);
  });
});
