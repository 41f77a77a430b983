import { defineTemplate, instantiateTemplate, parseCircuit, type StateSpec, validateCircuit } from "@settle/spec";
import { describe, expect, expectTypeOf, test } from "vitest";

const family = {
  version: 1,
  name: "family",
  parameters: {
    units: { default: 3, min: 1, max: 10, integer: true },
    phi: { default: "tanh", options: ["tanh", "relu"] },
    slopes: { default: false },
    shape: { default: [8], integer: true },
  },
  states: {
    x: { shape: { $parameter: "shape" }, observed: { data: "image" } },
    z: { shape: [{ $parameter: "units" }], activation: { $parameter: "phi" }, derivative: { $parameter: "slopes" } },
  },
  errors: { e: { target: "x" } },
  synapses: { W: { from: "z", to: "e", kind: "dense" } },
};
const zOf = (given: Record<string, unknown>) => validateCircuit(family, undefined, given).spec?.states["z"];
const codesOf = (given: Record<string, unknown>, document: unknown = family) =>
  validateCircuit(document, undefined, given).diagnostics.map(({ code }) => code);

describe("parameters of a circuit in JSON", () => {
  test("stand at their defaults, and no reference is left", () => {
    const { spec, parameters, diagnostics } = validateCircuit(family);
    expect(diagnostics).toEqual([]);
    expect(spec?.states).toEqual({
      x: { shape: [8], observed: { data: "image" } },
      z: { shape: [3], activation: "tanh", derivative: false },
    });
    expect(spec).not.toHaveProperty("parameters");
    expect(parameters?.["units"]).toMatchObject({ value: 3, given: false });
  });

  test("take the values that are given", () => {
    expect(zOf({ units: 5, phi: "relu", slopes: true })).toEqual({ shape: [5], activation: "relu", derivative: true });
    expect(validateCircuit(family, undefined, { shape: [4, 4, 1] }).spec?.states["x"]?.shape).toEqual([4, 4, 1]);
  });

  test.each([
    [{ unit: 5 }, "template/unknown-parameter"],
    [{ units: 0 }, "template/out-of-range"],
    [{ units: 11 }, "template/out-of-range"],
    [{ units: 2.5 }, "template/out-of-range"],
    [{ shape: [4, 1.5] }, "template/out-of-range"],
    [{ phi: "gelu" }, "template/out-of-range"],
    [{ units: "5" }, "template/wrong-type"],
    [{ units: Number.NaN }, "template/wrong-type"],
    [{ slopes: 1 }, "template/wrong-type"],
    [{ shape: 8 }, "template/wrong-type"],
  ])("given %j they report %s", (given, code) => {
    expect(codesOf(given)).toEqual([code]);
    expect(validateCircuit(family, undefined, given).spec).toBeUndefined();
  });

  test("are suggested by name, all faults together", () => {
    const { diagnostics } = validateCircuit(family, undefined, { unit: 5, phi: "rely" });
    expect(diagnostics.map(({ note }) => note)).toEqual(['did you mean "units"?', 'did you mean "relu"?']);
  });

  test("whose value does not fit its place are named by the diagnostic, without a repair", () => {
    const wrong = { ...family, states: { ...family.states, z: { shape: [3], rate: { $parameter: "phi" } } } };
    const fault = validateCircuit(wrong).diagnostics.find(({ severity }) => severity === "error");
    expect(fault).toMatchObject({ code: "schema/wrong-type", note: 'the value of parameter "phi"' });
    expect(fault).not.toHaveProperty("repair");
  });

  test("that nothing refers to are a warning", () => {
    const { spec, diagnostics } = validateCircuit({
      ...family,
      parameters: { ...family.parameters, spare: { default: 1 } },
    });
    expect(diagnostics).toMatchObject([{ code: "template/unused-parameter", severity: "warning" }]);
    expect(spec).toBeDefined();
  });

  test("are found in text, with the place of the reference", () => {
    const text = JSON.stringify(family, undefined, 1).replace('"$parameter": "units"', '"$parameter": "unites"');
    const [fault] = parseCircuit(text, { file: "family.json" }).diagnostics;
    expect(fault).toMatchObject({ code: "template/unknown-parameter", note: 'did you mean "units"?' });
    expect(text.split("\n")[(fault?.line ?? 0) - 1]).toContain("{");
  });
});

describe("a template in TypeScript", () => {
  const chain = defineTemplate({
    parameters: {
      depth: { default: 2, min: 1, max: 4, integer: true },
      phi: { default: "tanh", options: ["tanh", "relu"] },
      skips: { default: false },
      widths: { default: [8, 4] },
    },
    build: ({ depth, phi, skips, widths }) => {
      expectTypeOf(depth).toEqualTypeOf<number>();
      expectTypeOf(phi).toEqualTypeOf<"tanh" | "relu">();
      expectTypeOf(skips).toEqualTypeOf<boolean>();
      expectTypeOf(widths).toEqualTypeOf<readonly number[]>();
      if (depth === 4) throw new Error("four is too deep");
      const levels = Array.from({ length: depth }, (_, level) => level + 1);
      const states: Record<string, StateSpec> = { z0: { shape: [9], observed: { data: "image" } } };
      for (const level of levels) states[`z${level}`] = { shape: [widths[0] ?? 1], activation: phi };
      return {
        version: 1,
        name: "chain",
        states,
        errors: Object.fromEntries(levels.map((level) => [`e${level - 1}`, { target: `z${level - 1}` }])),
        synapses: Object.fromEntries(
          levels.map((level) => [`W${level}`, { from: `z${level}`, to: `e${level - 1}`, kind: "dense" as const }]),
        ),
      };
    },
  });

  test("builds the circuit of its defaults, and of other values", () => {
    expect(Object.keys(instantiateTemplate(chain).spec?.states ?? {})).toEqual(["z0", "z1", "z2"]);
    const { spec, parameters } = instantiateTemplate(chain, { depth: 3, phi: "relu", widths: [5] });
    expect(spec?.states["z3"]).toEqual({ shape: [5], activation: "relu" });
    expect(parameters?.["depth"]).toMatchObject({ value: 3, given: true });
  });

  test("reports what it is given wrongly, what it builds wrongly and what it throws", () => {
    const codes = (given: Record<string, unknown>) => instantiateTemplate(chain, given).diagnostics.map((d) => d.code);
    expect(codes({ depth: 7 })).toEqual(["template/out-of-range"]);
    expect(codes({ widths: [-1] })).toEqual(["schema/out-of-range", "schema/out-of-range"]);
    expect(codes({ depth: 4 })).toEqual(["template/build-threw"]);
  });
});
