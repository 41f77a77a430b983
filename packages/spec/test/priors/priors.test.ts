import { type PriorSpec, priorOf } from "@settle/spec";
import { describe, expect, test } from "vitest";
import { priors } from "../../src/priors/priors.ts";
import { evaluateExpression } from "../evaluate-expression.ts";

const λ = 0.3;
const forces: Readonly<Record<PriorSpec["kind"], (z: number) => number>> = {
  none: () => 0,
  laplace: (z) => (z > 0 ? -λ : λ),
  gaussian: (z) => -0.6 * z,
  cauchy: (z) => (-0.6 * z) / (1 + z ** 2),
  exp: (z) => (-0.6 * z) / Math.exp(z ** 2),
};
const points = [-4, -1.3, -0.2, 0.01, 0.5, 1, 3];

const spec = (kind: PriorSpec["kind"]): PriorSpec => (kind === "none" ? { kind } : { kind, strength: λ });

describe.each(priors.map((entry) => entry.kind))("the %s prior", (kind) => {
  const prior = priorOf(spec(kind));

  test.each(points)("pulls with the force of its definition at %d", (z) => {
    expect(evaluateExpression(prior.expression, z)).toBeCloseTo(forces[kind](z), 14);
  });

  test.each(points)("pulls down the slope of its energy at %d", (z) => {
    const h = 1e-5;
    const slope = (evaluateExpression(prior.energy, z + h) - evaluateExpression(prior.energy, z - h)) / (2 * h);
    expect(evaluateExpression(prior.expression, z)).toBeCloseTo(-slope, 9);
  });

  test("does nothing at 0 and stays finite in float32 far away", () => {
    expect(evaluateExpression(prior.expression, 0)).toBeCloseTo(0, 15);
    for (const z of [-1e15, 1e15]) {
      expect(evaluateExpression(prior.expression, z, "float32")).toSatisfy(Number.isFinite);
    }
  });

  test("says what it is", () => {
    expect(prior.name).toBe(kind);
    expect(prior.doc).toMatch(/\.$/);
    expect(prior.latex).not.toBe("");
  });
});

test("a prior without strength has λ = 0.01", () => {
  expect(evaluateExpression(priorOf({ kind: "laplace" }).expression, 2)).toBe(-0.01);
});
